package alarm

import (
	"fmt"
	"math"
	"sync"

	"github.com/google/cel-go/cel"
	"github.com/google/cel-go/checker"
	"github.com/google/cel-go/common/types"
	"github.com/google/cel-go/common/types/ref"

	"suhe/assets"
)

// The bounds of an expression: its text, and what one evaluation may cost in CEL's
// own units, estimated for the worst case when it is compiled. There are no loops in
// it, so nothing is counted when it runs.
const (
	maxExpression = 1_000
	maxCost       = 1_000
)

// maxText bounds what a text in an asset is taken to be for the estimate, bytes.
const maxText = 256

// language is the CEL that rules are written in: the standard library without the
// macros that loop, and the variables of an asset; those of a kind come on top.
var language = sync.OnceValues(func() (*cel.Env, error) {
	base, err := bareLanguage()
	if err != nil {
		return nil, err
	}
	return base.Extend(
		cel.Variable("id", cel.StringType), cel.Variable("name", cel.StringType), cel.Variable("class", cel.StringType),
		cel.Variable("area", cel.StringType), cel.Variable("owner", cel.StringType),
		cel.Variable("chainage", cel.DoubleType), cel.Variable("bank", cel.StringType),
		cel.Variable("properties", cel.MapType(cel.StringType, cel.DynType)),
	)
})

// bareLanguage is that of what is about no asset: the crowd in a fence.
var bareLanguage = sync.OnceValues(func() (*cel.Env, error) {
	return cel.NewEnv(
		cel.ClearMacros(), cel.Macros(cel.HasMacro), cel.CrossTypeNumericComparisons(true),
		cel.ParserExpressionSizeLimit(maxExpression), cel.ParserRecursionLimit(32),
	)
})

// The variables that some kinds have beside those of the asset; a crowd has none of one.
var (
	ofCrowd   = map[string]*cel.Type{"value": cel.DoubleType}
	ofValue   = map[string]*cel.Type{"value": cel.DoubleType, "low": cel.DoubleType, "high": cel.DoubleType}
	ofRate    = map[string]*cel.Type{"value": cel.DoubleType, "low": cel.DoubleType, "high": cel.DoubleType, "rate": cel.DoubleType}
	ofFinding = map[string]*cel.Type{"confidence": cel.DoubleType, "finding": cel.StringType, "hook": cel.StringType}
)

// expression is a compiled CEL expression that yields a truth value. The zero
// expression is none.
type expression struct{ program cel.Program }

// compile compiles the text of a field, which may be empty.
func compile(field, text string, language func() (*cel.Env, error), more map[string]*cel.Type) (expression, error) {
	if text == "" {
		return expression{}, nil
	}
	wrong := func(err any) error {
		return fmt.Errorf("%w: %s: %.200q: %v", assets.ErrInvalid, field, text, err)
	}
	base, err := language()
	if err != nil {
		return expression{}, fmt.Errorf("language of rules: %w", err)
	}
	if len(text) > maxExpression {
		return expression{}, wrong(fmt.Sprintf("%d bytes, want at most %d", len(text), maxExpression))
	}
	var variables []cel.EnvOption
	for name, t := range more {
		variables = append(variables, cel.Variable(name, t))
	}
	env, err := base.Extend(variables...)
	if err != nil {
		return expression{}, fmt.Errorf("language of rules: %w", err)
	}
	ast, issues := env.Compile(text)
	if issues.Err() != nil {
		return expression{}, wrong(issues.Err())
	}
	if !ast.OutputType().IsExactType(cel.BoolType) {
		return expression{}, wrong(fmt.Sprintf("it is a %v, want a condition (bool)", ast.OutputType()))
	}
	cost, err := env.EstimateCost(ast, sizes{})
	if err != nil {
		return expression{}, wrong(err)
	}
	if cost.Max > maxCost {
		return expression{}, wrong(fmt.Sprintf("it may cost %d, want at most %d: make it simpler", cost.Max, maxCost))
	}
	program, err := env.Program(ast, cel.EvalOptions(cel.OptOptimize))
	if err != nil {
		return expression{}, wrong(err)
	}
	return expression{program}, nil
}

// there says whether there is an expression.
func (e expression) there() bool { return e.program != nil }

// holds evaluates it. known is false if it has no value: a property that the asset
// does not have, or of another type.
func (e expression) holds(v *variables) (holds, known bool) {
	out, _, err := e.program.Eval(v)
	if err != nil {
		return false, false
	}
	b, ok := out.(types.Bool)
	return bool(b), ok
}

// variables are the values that an expression may name.
type variables struct {
	asset      *assets.Asset
	location   assets.Location
	properties ref.Val // made of the asset's when first asked for

	// Kept as CEL has them: many rules look at one value.
	value, low, high, rate, confidence ref.Val
	finding, hook                      ref.Val
}

// of sets what is of the asset.
func (v *variables) of(a *assets.Asset, at assets.Location) {
	if v.asset != a {
		v.asset, v.properties = a, nil
	}
	v.location = at
}

// ResolveName implements cel.Activation.
func (v *variables) ResolveName(name string) (any, bool) {
	switch name {
	case "value":
		return v.value, true
	case "low":
		return v.low, true
	case "high":
		return v.high, true
	case "rate":
		return v.rate, true
	case "confidence":
		return v.confidence, true
	case "finding":
		return v.finding, true
	case "hook":
		return v.hook, true
	}
	return v.ofAsset(name)
}

func (v *variables) ofAsset(name string) (any, bool) {
	switch name {
	case "id":
		return types.String(v.asset.ID), true
	case "name":
		return types.String(v.asset.Name), true
	case "class":
		return types.String(v.asset.Class), true
	case "area":
		return types.String(v.location.Area), true
	case "owner":
		return types.String(v.asset.Owner), true
	case "chainage":
		if v.location.Place == nil {
			return types.Double(math.NaN()), true
		}
		return types.Double(v.location.Place.Chainage), true
	case "bank":
		if v.location.Place == nil {
			return types.String(""), true
		}
		return types.String(v.location.Place.Bank), true
	case "properties":
		if v.properties == nil {
			v.properties = types.DefaultTypeAdapter.NativeToValue(native(v.asset.Properties))
		}
		return v.properties, true
	}
	return nil, false
}

// Parent implements cel.Activation.
func (v *variables) Parent() cel.Activation { return nil }

func native(ps assets.Properties) map[string]any {
	out := make(map[string]any, len(ps))
	for _, p := range ps {
		out[p.Key] = p.Value
	}
	return out
}

// sizes tells the estimate how long texts and lists can be.
type sizes struct{}

// EstimateSize implements checker.CostEstimator.
func (sizes) EstimateSize(checker.AstNode) *checker.SizeEstimate {
	return &checker.SizeEstimate{Min: 0, Max: maxText}
}

// EstimateCallCost implements checker.CostEstimator.
func (sizes) EstimateCallCost(string, string, *checker.AstNode, []checker.AstNode) *checker.CallEstimate {
	return nil
}
