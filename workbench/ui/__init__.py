"""The workbench in the browser. It shows what `workbench.build` knows, and imports nothing below it but the model."""

__all__: list[str] = []
