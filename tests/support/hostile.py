"""Strings that try to act: what a stranger may put into a card."""

from __future__ import annotations

__all__ = ["HOSTILE_MARKDOWN"]

HOSTILE_MARKDOWN = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[a](javascript:alert(1))",
    "[a](JaVaScRiPt&colon;alert(1))",
    "[a](<java\tscript:alert(1)>)",
    "[a](data:text/html;base64,PHN2Zz4=)",
    "[a](vbscript:x)",
    "[a](file:///etc/passwd)",
    "![a](data:image/svg+xml;base64,PHN2Zz4=)",
    "![a](//example.org/x.png)",
    "![a](\\\\example.org\\x.png)",
    "<a href='&#106;avascript:alert(1)'>a</a>",
    "<iframe srcdoc='<script>alert(1)</script>'></iframe>",
    "<style>@import 'https://example.org/x.css'</style>",
    "<p style='background:url(https://example.org)'>a</p>",
    "<svg><a xlink:href='javascript:alert(1)'><text>a</text></a></svg>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    "<math href='javascript:alert(1)'>a</math>",
    "<form action='javascript:alert(1)'><button>a</button></form>",
    "<base href='https://example.org'><meta http-equiv=refresh content='0;url=x'>",
    '<div title="\n\n$\\text{ onmouseover=alert(1) }$\n\n">',
    "<!--><script>alert(1)</script>-->",
    "```html\n</code></pre><script>alert(1)</script>\n```",
    '``` "><script>alert(1)</script>\nx\n```',
    "# <a id='x' onclick='alert(1)'>h</a>",
    "[^<script>alert(1)</script>]\n\n[^<script>alert(1)</script>]: x",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'>",
    "<picture><source srcset='https://example.org/x.png'></picture>",
    "<video poster='https://example.org/x.png' src='x.mp4'></video>",
]
