// Runs the cases that `wardlaw-benches export` wrote on OPA, in process, and prints what each took. Answers are
// compared with those of the case before anything is timed.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"runtime"
	"sort"
	"strings"
	"time"

	"github.com/open-policy-agent/opa/v1/ast"
	"github.com/open-policy-agent/opa/v1/rego"
	"github.com/open-policy-agent/opa/v1/storage/inmem"
	"github.com/open-policy-agent/opa/v1/version"
)

const budget = 250 * time.Millisecond

type testCase struct {
	Name     string         `json:"name"`
	Policies []string       `json:"policies"`
	Query    string         `json:"query"`
	Data     map[string]any `json:"data"`
	Inputs   []any          `json:"inputs"`
	Expected []any          `json:"expected"`
}

type figure struct {
	Name        string  `json:"name"`
	Nanoseconds float64 `json:"nanoseconds"`
	Load        float64 `json:"load"`
	Wrong       int     `json:"wrong"`
}

// answer is the value of the query: a truth value, or the texts of a set; of objects, the check that they name.
func answer(results rego.ResultSet) any {
	if len(results) == 0 {
		return false
	}
	set, ok := results[0].Expressions[0].Value.([]any)
	if !ok {
		return results[0].Expressions[0].Value
	}
	seen := map[string]bool{}
	for _, member := range set {
		if object, ok := member.(map[string]any); ok {
			member = object["check"]
		}
		seen[member.(string)] = true
	}
	return sorted(seen)
}

func sorted(seen map[string]bool) []string {
	texts := []string{}
	for text := range seen {
		texts = append(texts, text)
	}
	sort.Strings(texts)
	return texts
}

// same compares an answer with what JSON says that it is.
func same(got, want any) bool {
	list, ok := want.([]any)
	if !ok {
		return reflect.DeepEqual(got, want)
	}
	seen := map[string]bool{}
	for _, member := range list {
		seen[member.(string)] = true
	}
	return reflect.DeepEqual(got, sorted(seen))
}

func run(one testCase) (figure, error) {
	ctx := context.Background()
	started := time.Now()
	options := []func(*rego.Rego){rego.Query(one.Query), rego.Store(inmem.NewFromObject(one.Data))}
	for index, policy := range one.Policies {
		options = append(options, rego.Module(fmt.Sprintf("policy%d.rego", index), policy))
	}
	query, err := rego.New(options...).PrepareForEval(ctx)
	if err != nil {
		return figure{}, err
	}
	load := time.Since(started)

	wrong := 0
	inputs := make([]ast.Value, len(one.Inputs))
	for index, input := range one.Inputs {
		if inputs[index], err = ast.InterfaceToValue(input); err != nil {
			return figure{}, err
		}
		results, err := query.Eval(ctx, rego.EvalParsedInput(inputs[index]))
		if err != nil {
			return figure{}, err
		}
		if !same(answer(results), one.Expected[index]) {
			wrong++
		}
	}

	pass := func() {
		for _, input := range inputs {
			if _, err := query.Eval(ctx, rego.EvalParsedInput(input)); err != nil {
				panic(err)
			}
		}
	}
	started = time.Now()
	pass()
	batch := int(time.Millisecond/(time.Since(started)+1)) + 1
	samples := []float64{}
	for begun := time.Now(); len(samples) == 0 || time.Since(begun) < budget; {
		started = time.Now()
		for range batch {
			pass()
		}
		samples = append(samples, float64(time.Since(started).Nanoseconds())/float64(batch*len(inputs)))
	}
	sort.Float64s(samples)
	return figure{one.Name, samples[len(samples)/2], float64(load.Nanoseconds()), wrong}, nil
}

// machine is the name of the processor, and how many there are.
func machine() string {
	text, _ := os.ReadFile("/proc/cpuinfo")
	for _, line := range strings.Split(string(text), "\n") {
		if name, found := strings.CutPrefix(line, "model name"); found {
			return fmt.Sprintf("%d x %s", runtime.NumCPU(), strings.TrimLeft(name, "\t: "))
		}
	}
	return "unknown"
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	if err != nil {
		panic(err)
	}
	var cases []testCase
	if err := json.Unmarshal(text, &cases); err != nil {
		panic(err)
	}
	figures := []figure{}
	for _, one := range cases {
		measured, err := run(one)
		if err != nil {
			panic(fmt.Sprintf("%s: %v", one.Name, err))
		}
		fmt.Fprintf(os.Stderr, "%s: %.0f ns, %d wrong\n", measured.Name, measured.Nanoseconds, measured.Wrong)
		figures = append(figures, measured)
	}
	out, _ := json.MarshalIndent(map[string]any{
		"peer": "OPA " + version.Version, "runtime": runtime.Version(), "machine": machine(),
		"date": time.Now().UTC().Format(time.DateOnly), "figures": figures,
	}, "", "  ")
	fmt.Println(string(out))
}
