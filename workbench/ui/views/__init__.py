"""The four views, one module each. A view is a function without arguments that draws itself."""

__all__: list[str] = []
