package recording

// Free returns how many bytes a person may still write below a folder.
func Free(folder string) (int64, error) {
	left, _, err := free(folder)
	return left, err
}
