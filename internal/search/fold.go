package search

import (
	"strings"
	"unicode"
)

// fold is the character that stands for r: small, of half width, simplified. Each
// character has one, so that places in a folded text are places in the text.
func fold(r rune) rune {
	switch {
	case r < 0x80:
		if 'A' <= r && r <= 'Z' {
			return r + 'a' - 'A'
		}
		if r < ' ' {
			return ' ' // marks of records are below
		}
		return r
	case r == 0x3000:
		return ' '
	case 0xff01 <= r && r <= 0xff5e: // full width forms of ASCII
		return fold(r - 0xfee0)
	case 0x2e80 <= r && r <= 0xa63f: // CJK has no cases
		if s, ok := simplified[r]; ok {
			return s
		}
		return r
	case unicode.IsSpace(r):
		return ' '
	}
	return unicode.ToLower(r)
}

func foldText(s string) string { return strings.Map(fold, s) }

// simplified are the characters of place names and of the city's things whose
// traditional form is another.
var simplified = pairs(
	"蘇苏橋桥號号廣广場场樓楼東东門门園园區区鎮镇鄉乡縣县華华漢汉龍龙馬马鳥鸟魚鱼車车軌轨鐵铁灣湾濱滨溝沟澤泽濟济滬沪溫温淨净濕湿漲涨測测漁渔潔洁澆浇灘滩渦涡滅灭滾滚" +
		"涼凉決决長长壽寿萬万豐丰義义興兴業业樂乐聖圣賢贤愛爱國国際际開开關关閘闸間间閱阅陽阳陰阴陳陈電电燈灯線线網网纜缆錶表鐘钟鋼钢銀银錄录鎖锁鏡镜閥阀塗涂壓压應应廠厂" +
		"廢废廳厅庫库廟庙報报塊块壩坝塵尘墳坟體体頭头頂顶項项順顺顏颜風风飛飞館馆駛驶驗验騎骑點点黨党齊齐環环現现瑪玛畫画畢毕當当發发監监視视盤盘眾众礦矿碼码種种積积穩稳" +
		"窩窝競竞節节範范築筑簡简紅红級级純纯紀纪約约給给統统經经綠绿維维綜综緊紧總总縱纵織织繩绳續续纖纤罰罚職职聯联聲声臺台舊旧艙舱藝艺藥药處处蟲虫術术衛卫補补裝装觀观" +
		"規规覽览訊讯設设許许評评詞词話话該该詳详認认語语說说請请調调談谈論论證证識识議议護护變变讓让貨货責责貝贝負负財财貿贸費费資资賽赛贊赞趙赵躍跃軍军載载輪轮輸输轉转" +
		"辦办農农運运過过達达遠远適适選选遺遗還还邊边鄰邻醫医釋释鈴铃錢钱鋪铺鍋锅陸陆隊队階阶隨随險险隱隐雙双雜杂離离難难雲云霧雾靈灵靜静須须預预領领養养餘余駐驻魯鲁鮮鲜" +
		"鳳凤鴻鸿麗丽麥麦黃黄齒齿龜龟攝摄擋挡欄栏柵栅樹树機机檢检標标橫横檔档權权歐欧歷历歸归殘残殺杀氣气滿满溼湿無无熱热爐炉牆墙獎奖獅狮倉仓個个們们側侧偵侦備备傷伤儲储" +
		"優优億亿兒儿內内兩两凍冻劃划創创劇剧動动務务勝胜勞劳勢势匯汇協协參参員员問问啟启單单圖图團团執执堅坚夢梦奪夺婦妇學学實实審审寫写對对導导專专將将層层屬属島岛峽峡" +
		"嶺岭帶带師师幫帮幹干廈厦強强彈弹後后從从復复徑径態态慶庆憲宪懷怀戰战戲戏戶户撥拨擇择擊击擴扩數数敵敌斷断於于時时晉晋暫暂曆历書书會会極极構构槍枪楊杨榮荣樁桩")

// pairs makes a table of characters that stand in twos.
func pairs(text string) map[rune]rune {
	all := []rune(text)
	out := make(map[rune]rune, len(all)/2)
	for i := 0; i+1 < len(all); i += 2 {
		out[all[i]] = all[i+1]
	}
	return out
}

// latin says whether a folded character is a letter or digit of ASCII.
func latin(r rune) bool { return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' }
