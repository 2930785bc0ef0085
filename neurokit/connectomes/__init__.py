"""Dynamic connectomes: traces of many animals in, an atlas of who works together when out."""
