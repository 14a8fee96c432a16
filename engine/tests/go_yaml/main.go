// Reads YAML documents as kubectl does, with `sigs.k8s.io/yaml`, for the test `readers_yaml_random.rs`. Standard input is
// batches: a count, then so many texts, each behind its length; the answer to a batch is so many verdicts, each one
// byte (0 where it was refused, 1 where it was read, 2 where the strict reader refuses it) and a text behind its length: the
// JSON, or the error. Numbers are 32 bits, the least byte first.
package main

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"os"

	"sigs.k8s.io/yaml"
)

// verdict is what becomes of one text; the reader panics on some, which kubectl takes for an error, too.
func verdict(text []byte) (read byte, answer []byte) {
	defer func() {
		if panicked := recover(); panicked != nil {
			read, answer = 0, fmt.Appendf(nil, "panic: %v", panicked)
		}
	}()
	text = withLineEnds(text)
	json, err := yaml.YAMLToJSON(text)
	if err != nil {
		return 0, []byte(err.Error())
	}
	// What is refused now has a key twice.
	if _, err := yaml.YAMLToJSONStrict(text); err != nil {
		return 2, json
	}
	return 1, json
}

// withLineEnds is what kubectl makes of a text before the reader sees it: it reads line by line, and ends each one anew.
func withLineEnds(text []byte) []byte {
	var lines []byte
	for line := range bytes.Lines(text) {
		if ended, found := bytes.CutSuffix(line, []byte("\n")); found {
			line = bytes.TrimSuffix(ended, []byte("\r"))
		}
		lines = append(append(lines, line...), '\n')
	}
	return lines
}

func main() {
	in, out := bufio.NewReaderSize(os.Stdin, 1<<20), bufio.NewWriterSize(os.Stdout, 1<<20)
	number := func() (uint32, bool) {
		var bytes [4]byte
		_, err := io.ReadFull(in, bytes[:])
		return binary.LittleEndian.Uint32(bytes[:]), err == nil
	}
	for {
		count, more := number()
		if !more {
			return
		}
		texts := make([][]byte, count)
		for index := range texts {
			length, _ := number()
			texts[index] = make([]byte, length)
			if _, err := io.ReadFull(in, texts[index]); err != nil {
				panic(err)
			}
		}
		for _, text := range texts {
			read, answer := verdict(text)
			header := binary.LittleEndian.AppendUint32([]byte{read}, uint32(len(answer)))
			out.Write(header)
			out.Write(answer)
		}
		if err := out.Flush(); err != nil {
			panic(err)
		}
	}
}
