// SPDX-License-Identifier: EUPL-1.2

// verifier: checks a ledger's checkpoint, tiles and proofs with golang.org/x/mod/sumdb and nothing
// of ours, so that what we call a proof is one to others too.
//
//	verifier tiles VKEY DIR                  checkpoint, all tiles, and tile/entries where they are
//	verifier inclusion VKEY PROOF RECORD     a .tlog-proof for the bytes in RECORD
//	verifier consistency VKEY OLD FILE       the output of `ledger consistency` against checkpoint OLD
//	verifier cosigned VKEY WKEY FILE         a checkpoint that the witness with vkey WKEY cosigned; prints when
//
// Exit 0: accepted. Exit 1: refused, with the reason.
package main

import (
	"bytes"
	"crypto/ed25519"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"
)

// openCheckpoint verifies a checkpoint note and reads its three lines. tlog.ParseTree knows only
// the first line of the Go checksum database, so this is read here.
func openCheckpoint(vkey string, msg []byte) (tlog.Tree, error) {
	var t tlog.Tree
	v, err := note.NewVerifier(vkey)
	if err != nil {
		return t, err
	}
	n, err := note.Open(msg, note.VerifierList(v))
	if err != nil {
		return t, err
	}
	lines := strings.Split(n.Text, "\n")
	if len(lines) != 4 || lines[0] != v.Name() || lines[3] != "" {
		return t, errors.New("checkpoint: not three lines of this log")
	}
	t.N, err = strconv.ParseInt(lines[1], 10, 64)
	if err != nil || t.N < 0 || strconv.FormatInt(t.N, 10) != lines[1] {
		return t, errors.New("checkpoint: bad size")
	}
	t.Hash, err = readHash(lines[2])
	return t, err
}

func readHash(s string) (h tlog.Hash, err error) {
	b, err := base64.StdEncoding.Strict().DecodeString(s)
	if err != nil || len(b) != tlog.HashSize || base64.StdEncoding.EncodeToString(b) != s {
		return h, errors.New("not a hash in base64")
	}
	copy(h[:], b)
	return h, nil
}

// files reads C2SP tiles: their paths lack the height that x/mod writes.
type files struct{ dir string }

func (f files) Height() int { return 8 }

func (f files) SaveTiles([]tlog.Tile, [][]byte) {}

func index(n int64) string {
	s := fmt.Sprintf("%03d", n%1000)
	for n >= 1000 {
		n /= 1000
		s = fmt.Sprintf("x%03d/%s", n%1000, s)
	}
	return s
}

func path(dir, kind string, n int64, width int) string {
	p := filepath.Join(dir, "tile", kind, index(n))
	if width < 256 {
		p += ".p/" + strconv.Itoa(width)
	}
	return p
}

func (f files) ReadTiles(tiles []tlog.Tile) ([][]byte, error) {
	var out [][]byte
	for _, t := range tiles {
		b, err := os.ReadFile(path(f.dir, strconv.Itoa(t.L), t.N, t.W))
		if err != nil {
			return nil, err
		}
		if len(b) != t.W*tlog.HashSize {
			return nil, fmt.Errorf("tile %v has %d bytes", t, len(b))
		}
		out = append(out, b)
	}
	return out, nil
}

// checkEntries compares the bundles of records with the leaf hashes that the tiles proved.
func checkEntries(dir string, leaves []tlog.Hash) error {
	size := int64(len(leaves))
	for at := int64(0); at < size; at += 256 {
		width := int(size - at)
		if width > 256 {
			width = 256
		}
		b, err := os.ReadFile(path(dir, "entries", at/256, width))
		if err != nil {
			return err
		}
		for i := 0; i < width; i++ {
			if len(b) < 2 || len(b)-2 < int(b[0])<<8|int(b[1]) {
				return errors.New("a bundle of entries is cut short")
			}
			n := int(b[0])<<8 | int(b[1])
			if tlog.RecordHash(b[2:2+n]) != leaves[at+int64(i)] {
				return fmt.Errorf("entry %d does not have its leaf hash", at+int64(i))
			}
			b = b[2+n:]
		}
		if len(b) != 0 {
			return errors.New("a bundle of entries has something behind its end")
		}
	}
	return nil
}

func tiles(vkey, dir string) error {
	msg, err := os.ReadFile(filepath.Join(dir, "checkpoint"))
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(vkey, msg)
	if err != nil {
		return err
	}
	r := tlog.TileHashReader(tree, files{dir})
	root, err := tlog.TreeHash(tree.N, r)
	if err != nil {
		return err
	}
	if root != tree.Hash {
		return errors.New("the tiles do not give the signed root")
	}
	all := make([]int64, tree.N)
	for i := range all {
		all[i] = tlog.StoredHashIndex(0, int64(i))
	}
	leaves, err := r.ReadHashes(all)
	if err != nil {
		return err
	}
	if _, err := os.Stat(filepath.Join(dir, "tile", "entries")); err == nil {
		if err := checkEntries(dir, leaves); err != nil {
			return err
		}
	}
	return proveSome(tree, r, leaves)
}

// proveSome makes proofs from our tiles and checks them.
func proveSome(tree tlog.Tree, r tlog.HashReader, leaves []tlog.Hash) error {
	for i := int64(0); i < tree.N; i += 1 + tree.N/5 {
		p, err := tlog.ProveRecord(tree.N, i, r)
		if err != nil {
			return err
		}
		if err := tlog.CheckRecord(p, tree.N, tree.Hash, i, leaves[i]); err != nil {
			return err
		}
	}
	for m := int64(1); m < tree.N; m += 1 + tree.N/5 {
		old, err := tlog.TreeHash(m, r)
		if err != nil {
			return err
		}
		p, err := tlog.ProveTree(tree.N, m, r)
		if err != nil {
			return err
		}
		if err := tlog.CheckTree(p, tree.N, tree.Hash, m, old); err != nil {
			return err
		}
	}
	return nil
}

// hashesAndNote reads lines of hashes up to an empty line; the rest is a note.
func hashesAndNote(b []byte) ([]tlog.Hash, []byte, error) {
	var out []tlog.Hash
	for {
		nl := bytes.IndexByte(b, '\n')
		if nl < 0 {
			return nil, nil, errors.New("no empty line before the checkpoint")
		}
		line := string(b[:nl])
		b = b[nl+1:]
		if line == "" {
			return out, b, nil
		}
		h, err := readHash(line)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, h)
	}
}

// numbered reads "<word> <n>" as the first line of b.
func numbered(b []byte, word string) (int64, []byte, error) {
	nl := bytes.IndexByte(b, '\n')
	if nl < 0 || !strings.HasPrefix(string(b[:nl]), word+" ") {
		return 0, nil, fmt.Errorf("no %s", word)
	}
	s := string(b[len(word)+1 : nl])
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 || strconv.FormatInt(n, 10) != s {
		return 0, nil, fmt.Errorf("bad %s", word)
	}
	return n, b[nl+1:], nil
}

func inclusion(vkey, proof, record string) error {
	b, err := os.ReadFile(proof)
	if err != nil {
		return err
	}
	entry, err := os.ReadFile(record)
	if err != nil {
		return err
	}
	const head = "c2sp.org/tlog-proof@v1\n"
	if !strings.HasPrefix(string(b), head) {
		return errors.New("not a tlog-proof")
	}
	i, b, err := numbered(b[len(head):], "index")
	if err != nil {
		return err
	}
	p, msg, err := hashesAndNote(b)
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(vkey, msg)
	if err != nil {
		return err
	}
	return tlog.CheckRecord(p, tree.N, tree.Hash, i, tlog.RecordHash(entry))
}

func consistency(vkey, oldFile, file string) error {
	msg, err := os.ReadFile(oldFile)
	if err != nil {
		return err
	}
	old, err := openCheckpoint(vkey, msg)
	if err != nil {
		return err
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	m, b, err := numbered(b, "old")
	if err != nil {
		return err
	}
	p, msg, err := hashesAndNote(b)
	if err != nil {
		return err
	}
	tree, err := openCheckpoint(vkey, msg)
	if err != nil {
		return err
	}
	if m != old.N {
		return errors.New("the proof is from another size")
	}
	return tlog.CheckTree(p, tree.N, tree.Hash, old.N, old.Hash)
}

// witness verifies timestamped cosignatures (C2SP tlog-cosignature v1), which x/mod does not know.
type witness struct {
	name string
	hash uint32
	key  ed25519.PublicKey
	time uint64
}

func (w *witness) Name() string    { return w.name }
func (w *witness) KeyHash() uint32 { return w.hash }

func (w *witness) Verify(msg, sig []byte) bool {
	if len(sig) != 8+ed25519.SignatureSize {
		return false
	}
	t := binary.BigEndian.Uint64(sig)
	if !ed25519.Verify(w.key, append([]byte(fmt.Sprintf("cosignature/v1\ntime %d\n", t)), msg...), sig[8:]) {
		return false
	}
	w.time = t
	return true
}

func newWitness(vkey string) (*witness, error) {
	p := strings.SplitN(vkey, "+", 3)
	if len(p) != 3 {
		return nil, errors.New("witness key: not three parts")
	}
	k, err := base64.StdEncoding.DecodeString(p[2])
	if err != nil || len(k) != 1+ed25519.PublicKeySize || k[0] != 4 {
		return nil, errors.New("witness key: not of type 4")
	}
	sum := sha256.Sum256(append([]byte(p[0]+"\n"), k...))
	w := &witness{name: p[0], hash: binary.BigEndian.Uint32(sum[:]), key: k[1:]}
	if p[1] != fmt.Sprintf("%08x", w.hash) {
		return nil, errors.New("witness key: wrong id")
	}
	return w, nil
}

func cosigned(vkey, wkey, file string) error {
	msg, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	if _, err := openCheckpoint(vkey, msg); err != nil {
		return err
	}
	log, err := note.NewVerifier(vkey)
	if err != nil {
		return err
	}
	w, err := newWitness(wkey)
	if err != nil {
		return err
	}
	n, err := note.Open(msg, note.VerifierList(log, w))
	if err != nil {
		return err
	}
	if len(n.Sigs) < 2 || w.time == 0 {
		return errors.New("the witness did not sign")
	}
	fmt.Println(w.time)
	return nil
}

func main() {
	err := errors.New("usage: verifier tiles VKEY DIR | inclusion VKEY PROOF RECORD | consistency VKEY OLD FILE | cosigned VKEY WKEY FILE")
	a := os.Args[1:]
	switch {
	case len(a) == 3 && a[0] == "tiles":
		err = tiles(a[1], a[2])
	case len(a) == 4 && a[0] == "inclusion":
		err = inclusion(a[1], a[2], a[3])
	case len(a) == 4 && a[0] == "consistency":
		err = consistency(a[1], a[2], a[3])
	case len(a) == 4 && a[0] == "cosigned":
		err = cosigned(a[1], a[2], a[3])
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "verifier:", err)
		os.Exit(1)
	}
}
