package bench
import ("testing";"suhe/assets";"suhe/geo";"github.com/paulmach/orb")
func BenchmarkTmp(b *testing.B){
 m:=newMaker(); pts:=m.points(assets.Landmark,100000,ground(100000))
 bl:=m.buildings(100000,ground(100000))
 few := newThousands(m)
 w,err:=newWorld(b.Context(),pts,bl,few.all); if err!=nil{b.Fatal(err)}
 s,err:=newServer(w,how{plain:true}); if err!=nil{b.Fatal(err)}
 defer s.Close()
 run:=func(name string,k assets.Kind,t geo.Tile){
  f:=ours(s,k)
  b.Run(name,func(b *testing.B){ b.ReportAllocs(); n:=0; for b.Loop(){ d,err:=f(b.Context(),t); if err!=nil{b.Fatal(err)}; n=len(d)}; b.ReportMetric(float64(n),"bytes")})
 }
 c:=orb.Point{middleLon,middleLat}
 run("points-z10",assets.Landmark,geo.TileAt(c,10))
 run("points-z14",assets.Landmark,geo.TileAt(c,14))
 run("points-1000",assets.Landmark,few.full[1])
 run("buildings-z12",assets.Building,geo.TileAt(c,12))
 run("buildings-z14",assets.Building,geo.TileAt(c,14))
}
