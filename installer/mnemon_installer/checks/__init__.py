"""What doctor looks at, one file each."""
