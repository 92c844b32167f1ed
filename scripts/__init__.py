"""Programs for whoever works on the project; no wheel holds them. Run them from the checkout: `python -m scripts.NAME`.

`readme_tables` writes the generated tables of the README, `recording` takes its moving picture, `third_party` writes
THIRD_PARTY.md.
"""
