"""Questions to Z3 about rules, constraints and axioms together, a module for each (``docs/analysis.md``)."""
