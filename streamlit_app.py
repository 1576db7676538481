"""`streamlit run streamlit_app.py` opens the project in the current folder, or in WORKBENCH_PROJECT."""

from workbench.ui.app import main

main()
