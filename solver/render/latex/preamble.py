"""What stands before a document in LaTeX."""

_PACKAGES = r"""\usepackage{iftex}
\ifPDFTeX\usepackage[T1]{fontenc}\else\usepackage{fontspec}\fi
\usepackage{lmodern}
\usepackage{mathtools,amssymb}
\usepackage{array,booktabs,longtable}
\usepackage{graphicx}
\usepackage[a4paper,margin=25mm]{geometry}
\usepackage[hidelinks,bookmarks=false]{hyperref}
"""


def packages(body: str) -> str:
    """What a document with this body loads; TikZ where it has a figure."""
    return _PACKAGES + ("\\usepackage{tikz}\n" if r"\begin{tikzpicture}" in body else "")


MACROS = r"""\makeatletter
\providecommand{\lt}{<}
\providecommand{\gt}{>}
% A sign that the fonts lack: its code point in a frame. Redefine it where a font has more.
\providecommand{\codepoint}[1]{{\fboxsep=0.6pt\fbox{\tiny\ttfamily #1}}\allowbreak}
% What is wider than #1, or higher than a page, becomes as wide or high.
\ifx\fittedbox\undefined\newsavebox{\fittedbox}\fi
\providecommand{\fitted}[2]{\sbox{\fittedbox}{#2}%
  \ifdim\wd\fittedbox>\dimexpr#1\relax\sbox{\fittedbox}{\resizebox{#1}{!}{\usebox{\fittedbox}}}\fi
  \ifdim\dimexpr\ht\fittedbox+\dp\fittedbox\relax>0.9\textheight
    \resizebox{!}{0.9\textheight}{\usebox{\fittedbox}}\else\usebox{\fittedbox}\fi}
% A table begins where the text around it does.
\providecommand{\besidemargin}{\setlength{\LTleft}{\@totalleftmargin}\setlength{\LTright}{0pt plus 1fill}%
  \setlength{\tabcolsep}{0.5em}\setlength{\LTpre}{\medskipamount}\setlength{\LTpost}{\medskipamount}}
\makeatother
"""

LAYOUT = r"""\setlength{\mathindent}{1.5em}
\setlength{\parindent}{0pt}
\setlength{\parskip}{\medskipamount}
\allowdisplaybreaks
\raggedright
\emergencystretch=2em
"""
