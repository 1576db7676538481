"""Items: answered drafts rendered, judged by the four judges and written in the form of the contract."""

__all__: list[str] = []
