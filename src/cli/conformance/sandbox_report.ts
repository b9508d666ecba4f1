/** How the rows of the escape list are told as they end. @module */

import { formatDuration } from "../../core/mod.ts";
import type { EscapeOutcome, EscapeReport } from "../../host/escape/mod.ts";
import type { Io } from "../io.ts";
import { printJsonLine } from "../print.ts";
import { type Paint, styleFor } from "../style.ts";
import { printableLine } from "../text.ts";

/** Of which plugin, in what kind of realm. */
export interface Tested {
  readonly plugin: string;
  readonly isolation: string;
}

/** What the command says of each outcome. */
const WORDS: Readonly<Record<EscapeOutcome, string>> = {
  "contained": "contained",
  "open": "NOT CONTAINED",
  "not promised": "not contained",
  "granted": "granted",
};

/** Takes reports, then the figures of all. */
export interface SandboxReport {
  begin(tested: Tested): void;
  add(tested: Tested, report: EscapeReport): void;
  end(ms: number): void;
  /** How many led out so far although the isolation promises that they don't. */
  readonly open: number;
}

/** A line for each row of the list, then one with the sums. */
export function sandboxReport(io: Io, json: boolean): SandboxReport {
  const counts: Record<EscapeOutcome, number> = { "contained": 0, "open": 0, "not promised": 0, "granted": 0 };
  const style = styleFor(io.out, io.env);
  const paints: Record<EscapeOutcome, Paint> = {
    "contained": style.green,
    "open": style.red,
    "not promised": style.yellow,
    "granted": style.dim,
  };
  return {
    begin({ plugin, isolation }) {
      if (!json) io.out.write(`${style.bold(printableLine(plugin))} in a realm of isolation = "${isolation}"\n`);
    },
    add(tested, report) {
      counts[report.outcome]++;
      if (json) return printJsonLine(io, { ...tested, ...report });
      const { name, outcome, detail } = report;
      const why = outcome === "not promised" || outcome === "granted" ? style.dim(` (${detail})`) : "";
      io.out.write(`  ${paints[outcome](WORDS[outcome].padEnd(13))}  ${name}${why}\n`);
      if (outcome === "open" && detail !== null) io.out.write(`                 ${printableLine(detail)}\n`);
    },
    end(ms) {
      const { contained, open, granted } = counts, notPromised = counts["not promised"];
      if (json) return printJsonLine(io, { summary: { contained, open, notPromised, granted, ms: Math.round(ms) } });
      io.out.write(
        `\n${contained} contained, ${open} not contained against the promise, ${notPromised} not contained by this ` +
          `isolation, ${granted} granted, in ${formatDuration(ms)}.\n`,
      );
    },
    get open() {
      return counts.open;
    },
  };
}
