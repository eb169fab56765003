"""The macros of LaTeX that authors may write in mathematics, by name: letters, signs, names, faces, marks, gaps."""

from __future__ import annotations

from solver.formula.typeset import Face, Mark, Role

LETTERS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε", "zeta": "ζ", "eta": "η",
    "theta": "θ", "vartheta": "ϑ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π",
    "rho": "ρ", "sigma": "σ", "varsigma": "ς", "tau": "τ", "upsilon": "υ", "phi": "ϕ", "varphi": "φ", "chi": "χ",
    "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π",
    "Sigma": "Σ", "Upsilon": "Υ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "ell": "ℓ",
}  # fmt: skip

_BY_ROLE: dict[Role, dict[str, str]] = {
    "binary": {
        "times": "×", "cdot": "·", "div": "÷", "pm": "±", "mp": "∓", "odot": "⊙", "oplus": "⊕", "ominus": "⊖",
        "otimes": "⊗", "circ": "∘", "ast": "∗", "star": "⋆", "cap": "∩", "cup": "∪", "setminus": "∖", "wedge": "∧",
        "land": "∧", "vee": "∨", "lor": "∨", "bullet": "∙",
    },
    "relation": {
        "le": "≤", "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "lt": "<", "gt": ">", "approx": "≈",
        "equiv": "≡", "sim": "∼", "simeq": "≃", "cong": "≅", "propto": "∝", "in": "∈", "notin": "∉", "ni": "∋",
        "subset": "⊂", "subseteq": "⊆", "supset": "⊃", "supseteq": "⊇", "to": "→", "rightarrow": "→", "gets": "←",
        "leftarrow": "←", "leftrightarrow": "↔", "Rightarrow": "⇒", "implies": "⟹", "Leftarrow": "⇐", "iff": "⟺",
        "Leftrightarrow": "⇔", "mapsto": "↦", "ll": "≪", "gg": "≫", "mid": "∣", "parallel": "∥", "perp": "⟂",
    },
    "ordinary": {
        "infty": "∞", "partial": "∂", "nabla": "∇", "forall": "∀", "exists": "∃", "emptyset": "∅", "top": "⊤",
        "bot": "⊥", "prime": "′", "dots": "…", "ldots": "…", "cdots": "⋯", "vdots": "⋮", "ddots": "⋱", "angle": "∠",
        "neg": "¬", "lnot": "¬", "dagger": "†", "backslash": "\\", "#": "#", "$": "$", "%": "%", "&": "&", "_": "_",
        "|": "‖", "Vert": "‖", "vert": "|",
    },
    "open": {"{": "{", "lbrace": "{", "lbrack": "[", "lfloor": "⌊", "lceil": "⌈", "langle": "⟨", "lvert": "|",
             "lVert": "‖"},
    "close": {"}": "}", "rbrace": "}", "rbrack": "]", "rfloor": "⌋", "rceil": "⌉", "rangle": "⟩", "rvert": "|",
              "rVert": "‖"},
    "large": {
        "sum": "∑", "prod": "∏", "int": "∫", "iint": "∬", "oint": "∮", "bigcup": "⋃", "bigcap": "⋂", "bigoplus": "⨁",
        "bigodot": "⨀", "bigotimes": "⨂", "bigwedge": "⋀", "bigvee": "⋁",
    },
}  # fmt: skip

SIGNS: dict[str, tuple[str, Role]] = {
    name: (sign, role) for role, signs in _BY_ROLE.items() for name, sign in signs.items()
}

INTEGRALS = "∫∬∮"
"""Large signs whose limits stand behind them."""

NAMES = {
    "log": False, "ln": False, "lg": False, "exp": False, "sin": False, "cos": False, "tan": False, "cot": False,
    "sec": False, "csc": False, "arcsin": False, "arccos": False, "arctan": False, "sinh": False, "cosh": False,
    "tanh": False, "coth": False, "arg": False, "dim": False, "ker": False, "deg": False, "lim": True, "max": True,
    "min": True, "sup": True, "inf": True, "det": True, "gcd": True, "Pr": True,
}  # fmt: skip
"""Functions and operators; whether what is below stands under them."""

FACES: dict[str, Face] = {
    "mathbf": "bold",
    "boldsymbol": "bold italic",
    "mathrm": "upright",
    "mathit": "italic",
    "mathbb": "double",
    "mathcal": "script",
    "mathsf": "sans",
    "mathtt": "mono",
}

MARKS: dict[str, Mark] = {
    "hat": "hat",
    "widehat": "hat",
    "bar": "bar",
    "tilde": "tilde",
    "widetilde": "tilde",
    "vec": "vec",
    "dot": "dot",
    "ddot": "ddot",
    "overline": "overline",
    "underline": "underline",
    "overbrace": "overbrace",
    "underbrace": "underbrace",
}

GAPS = {",": 1 / 6, ":": 2 / 9, ">": 2 / 9, ";": 5 / 18, "!": -1 / 6, " ": 1 / 4, "quad": 1.0, "qquad": 2.0}
"""In units of the font's size."""
