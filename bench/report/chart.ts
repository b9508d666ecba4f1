/** `results.svg`: a bar for each peer in each scenario that counts jobs per second. @module */

import type { Cell } from "../measure_rounds.ts";
import type { Scenario, Sizes } from "../scenarios/scenario.ts";
import { shownNumber, summaryOf } from "./figures.ts";
import type { Summary } from "./summary.ts";

const WIDTH = 880;
const BAR = { left: 270, right: 110, height: 14, gap: 6 };
const PANEL = { top: 30, bottom: 18 };
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f }
  .title { font-weight: 600; font-size: 13px }
  .name { text-anchor: end }
  .nuvom { fill: #0969da } .peer { fill: #8c959f } .bare { fill: #d0d7de }
  .range { stroke: #24292f; stroke-width: 1.5 }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3 } .range { stroke: #e6edf3 } .bare { fill: #484f58 }
  }`;

interface Bar {
  readonly peer: string;
  readonly title: string;
  readonly summary: Summary;
}

/** Bars are medians, lines are ranges; each scenario has a scale of its own. */
export function chart(cells: readonly Cell[], sizes: Sizes): string {
  const scenarios = [...new Set(cells.map(({ scenario }) => scenario))].filter(countsJobs);
  let top = 10;
  const panels = scenarios.map((scenario) => {
    const bars = barsOf(cells.filter((cell) => cell.scenario === scenario));
    const panel = panelOf(scenario, sizes, bars, top);
    top += PANEL.top + bars.length * (BAR.height + BAR.gap) + PANEL.bottom;
    return panel;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${top}" role="img">
<title>Jobs per second, median and range</title>
<style>${STYLE}
</style>
${panels.join("\n")}
</svg>
`;
}

function countsJobs({ figures }: Scenario): boolean {
  return figures[0]!.unit === "jobs/s";
}

function barsOf(cells: readonly Cell[]): Bar[] {
  return cells.flatMap((cell) => {
    const summary = summaryOf(cell, 0);
    return summary === null ? [] : [{ peer: cell.peer.id, title: cell.peer.title, summary }];
  });
}

function panelOf(scenario: Scenario, sizes: Sizes, bars: readonly Bar[], top: number): string {
  const scale = (WIDTH - BAR.left - BAR.right) / Math.max(1, ...bars.map(({ summary }) => summary.highest));
  const rows = bars.map((bar, index) => barOf(bar, top + PANEL.top + index * (BAR.height + BAR.gap), scale));
  const title = `${scenario.id}: ${scenario.title(sizes)}, jobs/s`;
  return [`<text class="title" x="10" y="${top + 16}">${escaped(title)}</text>`, ...rows].join("\n");
}

function barOf({ peer, title, summary: { median, lowest, highest } }: Bar, y: number, scale: number): string {
  const kind = peer.startsWith("nuvom") ? "nuvom" : peer.startsWith("bare") ? "bare" : "peer";
  const at = (value: number) => (BAR.left + value * scale).toFixed(1);
  const baseline = y + BAR.height - 3;
  const middle = y + BAR.height / 2;
  return [
    `<text class="name" x="${BAR.left - 8}" y="${baseline}">${escaped(title)}</text>`,
    `<rect class="${kind}" x="${BAR.left}" y="${y}" width="${(median * scale).toFixed(1)}" height="${BAR.height}"/>`,
    `<line class="range" x1="${at(lowest)}" x2="${at(highest)}" y1="${middle}" y2="${middle}"/>`,
    `<text x="${(Number(at(highest)) + 8).toFixed(1)}" y="${baseline}">${shownNumber(median, "jobs/s")}</text>`,
  ].join("");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}
