package secret

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"filippo.io/age"
)

const maxFile = 16 << 10 // bytes; the longest value with its envelope is far below

// A vault keeps each secret in an encrypted file of its own (age, X25519), named by the hash of its reference. The
// identity that opens them lies beside them: see Store on what that is worth.
type vault struct{ dir string }

func (v vault) path(ref string) string {
	sum := sha256.Sum256([]byte(ref))
	return filepath.Join(v.dir, hex.EncodeToString(sum[:16])+".age")
}

func (v vault) set(ref, value string) error {
	id, err := v.identity()
	if err != nil {
		return err
	}
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, id.Recipient())
	if err != nil {
		return fmt.Errorf("encrypt: %w", err)
	}
	if _, err := io.WriteString(w, value); err != nil {
		return fmt.Errorf("encrypt: %w", err)
	}
	if err := w.Close(); err != nil {
		return fmt.Errorf("encrypt: %w", err)
	}
	return WritePrivate(v.path(ref), sealed.Bytes())
}

func (v vault) get(ref string) (string, error) {
	sealed, err := readBounded(v.path(ref))
	if errors.Is(err, fs.ErrNotExist) {
		return "", ErrNotFound
	}
	if err != nil {
		return "", err
	}
	id, err := v.identity()
	if err != nil {
		return "", err
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), id)
	if err != nil {
		return "", fmt.Errorf("the encrypted file %s cannot be opened; enter the key again: %w", v.path(ref), err)
	}
	value, err := io.ReadAll(io.LimitReader(r, maxFile))
	if err != nil {
		return "", fmt.Errorf("the encrypted file %s is damaged; enter the key again: %w", v.path(ref), err)
	}
	return string(value), nil
}

func (v vault) delete(ref string) error {
	err := os.Remove(v.path(ref))
	if errors.Is(err, fs.ErrNotExist) {
		return ErrNotFound
	}
	return err
}

// identity returns what opens the files, and makes it the first time.
func (v vault) identity() (*age.X25519Identity, error) {
	path := filepath.Join(v.dir, "identity")
	text, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) {
		return v.newIdentity(path)
	}
	if err != nil {
		return nil, err
	}
	id, err := age.ParseX25519Identity(string(bytes.TrimSpace(text)))
	if err != nil {
		// The error of age would quote what it read.
		return nil, fmt.Errorf("the file %s is damaged: delete it, and enter the stream keys again", path)
	}
	return id, nil
}

func (v vault) newIdentity(path string) (*age.X25519Identity, error) {
	id, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, fmt.Errorf("make an identity: %w", err)
	}
	return id, WritePrivate(path, []byte(id.String()+"\n"))
}

func readBounded(path string) ([]byte, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFile+1))
	if err == nil && len(data) > maxFile {
		err = fmt.Errorf("%s is too large to be ours", path)
	}
	return data, err
}
