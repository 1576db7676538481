"""Dataset folders: written whole or not at all, described for people, trainers and machines, and read back."""

from workbench.export.dataset import DatasetContent, write_dataset
from workbench.export.reading import DatasetReader, read_dataset

__all__ = ["DatasetContent", "DatasetReader", "read_dataset", "write_dataset"]
