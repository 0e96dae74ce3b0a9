// SPDX-License-Identifier: Apache-2.0

// Package proofs holds Ropewalk's map proofs to ICS-23's own verifier.
package proofs

import (
	"encoding/json"
	"os"
	"testing"

	ics23 "github.com/cosmos/ics23/go"
)

// Case is one proof and what must become of it. Byte strings are base64 in JSON.
type Case struct {
	Name  string
	Root  []byte
	Key   []byte
	Value []byte // empty: absence
	Proof []byte // cosmos.ics23.v1.CommitmentProof
	Valid bool
}

func TestEveryProofIsJudgedAsRopewalkJudgesIt(t *testing.T) {
	data, err := os.ReadFile(os.Getenv("ROPEWALK_PROOFS"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []Case
	if err := json.Unmarshal(data, &cases); err != nil {
		t.Fatal(err)
	}
	if len(cases) == 0 {
		t.Fatal("no proofs to judge")
	}
	accepted := 0
	for _, c := range cases {
		valid := judge(t, c)
		if valid != c.Valid {
			t.Errorf("%s: ICS-23 says %v, Ropewalk %v", c.Name, valid, c.Valid)
		}
		if valid {
			accepted++
		}
	}
	t.Logf("judged %d accepted %d", len(cases), accepted)
}

// judge is ICS-23's verdict; a proof on which its code panics is refused.
func judge(t *testing.T, c Case) (valid bool) {
	defer func() {
		if recover() != nil {
			valid = false
		}
	}()
	proof := new(ics23.CommitmentProof)
	if err := proof.Unmarshal(c.Proof); err != nil {
		t.Errorf("%s: the bytes are no CommitmentProof: %v", c.Name, err)
		return false
	}
	if len(c.Value) > 0 {
		return ics23.VerifyMembership(ics23.SmtSpec, c.Root, proof, c.Key, c.Value)
	}
	return ics23.VerifyNonMembership(ics23.SmtSpec, c.Root, proof, c.Key)
}
