"""Bars as SVG, readable on light and on dark."""
from html import escape

STYLE = """
text { font: 12px system-ui, sans-serif; fill: #24292f }
.dim { fill: #6e7781 } .ours { fill: #d1591c } .pandas { fill: #57606a } .polars { fill: #8c959f } .pyarrow { fill: #c3c9d0 }
@media (prefers-color-scheme: dark) {
text { fill: #e6edf3 } .dim { fill: #8d96a0 }
.ours { fill: #f0883e } .pandas { fill: #8d96a0 } .polars { fill: #6e7681 } .pyarrow { fill: #484f58 }
}
"""
LEFT, WIDTH, BAR = 120, 560, 9


def bars(groups, kinds, title):
    """`groups`: (name, {kind: seconds}); the bars of a group share a scale, the slowest is as wide as there is room."""
    out, y = [], 50
    for name, seconds in groups:
        longest = max(seconds.values())
        out.append(f'<text x="{LEFT - 8}" y="{y + 2 * BAR}" text-anchor="end">{escape(name)}</text>')
        for kind in kinds:
            if kind in seconds:
                width = max(seconds[kind] / longest * WIDTH, 1)
                out.append(f'<rect class="{kind}" x="{LEFT}" y="{y}" width="{width:.1f}" height="{BAR - 1}"/>')
                label = f"{seconds[kind]:.2f} s" if seconds[kind] >= 0.1 else f"{seconds[kind] * 1000:.0f} ms"
                out.append(f'<text class="dim" x="{LEFT + width + 5:.1f}" y="{y + BAR - 1}" style="font-size:9px">{label}</text>')
            y += BAR
        y += BAR
    head, x = [f'<text x="{LEFT}" y="18" style="font-weight:600">{escape(title)}</text>'], LEFT
    for kind in kinds:
        label = "pkl2parquet" if kind == "ours" else kind
        head.append(f'<rect class="{kind}" x="{x}" y="29" width="9" height="9"/><text class="dim" x="{x + 14}" y="38">{label}</text>')
        x += 100
    size = f"{LEFT + WIDTH + 60} {y}"
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" role="img" aria-label="{escape(title)}">\n<style>{STYLE}</style>\n' + "\n".join(head + out) + "\n</svg>\n"
