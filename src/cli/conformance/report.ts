/** How steps are told as they end. @module */

import { formatDuration, toErrorData } from "../../core/mod.ts";
import { errorText } from "../error_text.ts";
import type { Io } from "../io.ts";
import { errorDocument } from "../job_view.ts";
import { printJsonLine } from "../print.ts";
import { type Paint, type Style, styleFor } from "../style.ts";
import { printableLine } from "../text.ts";
import type { Step } from "./step.ts";

/** Takes steps, then the figures of all. */
export interface Report {
  add(step: Step): void;
  end(ms: number): void;
  /** So far. */
  readonly failed: number;
}

/** A line for each step, then one with the sums. */
export function openReport(io: Io, json: boolean): Report {
  const counts = { "passed": 0, "failed": 0, "not promised": 0 };
  const tell = json ? jsonLines(io) : textLines(io);
  return {
    add(step) {
      counts[step.outcome]++;
      tell.step(step);
    },
    end: (ms) => tell.sums({ ...counts, ms: Math.round(ms) }),
    get failed() {
      return counts.failed;
    },
  };
}

interface Sums extends Readonly<Record<Step["outcome"], number>> {
  readonly ms: number;
}

interface Lines {
  step(step: Step): void;
  sums(sums: Sums): void;
}

function jsonLines(io: Io): Lines {
  return {
    step: ({ error, ...step }) =>
      printJsonLine(io, error === undefined ? step : { ...step, error: errorDocument(toErrorData(error)) }),
    sums: ({ passed, failed, ms, ...others }) =>
      printJsonLine(io, { summary: { passed, failed, notPromised: others["not promised"], ms } }),
  };
}

function textLines(io: Io): Lines {
  const style = styleFor(io.out, io.env);
  const paints: Record<Step["outcome"], Paint> = {
    "passed": style.green,
    "failed": style.red,
    "not promised": style.dim,
  };
  let [plugin, backend]: (string | undefined)[] = [];
  return {
    step(step) {
      if (step.plugin !== plugin) {
        io.out.write(`${plugin === undefined ? "" : "\n"}${style.bold(printableLine(step.plugin))}\n`);
      }
      if (step.backend !== undefined && step.backend !== backend) io.out.write(`  ${printableLine(step.backend)}\n`);
      [plugin, backend] = [step.plugin, step.backend];
      io.out.write(stepLine(step, paints[step.outcome], style));
    },
    sums({ passed, failed, ms, ...others }) {
      const parts = [`${passed} passed`, `${failed} failed`, `${others["not promised"]} not promised`];
      io.out.write(`\n${parts.join(", ")}, in ${formatDuration(ms)}.\n`);
    },
  };
}

const WORDS: Readonly<Record<Step["outcome"], string>> = {
  "passed": "ok",
  "failed": "FAILED",
  "not promised": "not promised",
};

function stepLine({ name, backend, outcome, missing, error, ms }: Step, paint: Paint, style: Style): string {
  const indent = backend === undefined ? "  " : "    ";
  const note = missing === undefined
    ? ms < 100 ? "" : ` (${formatDuration(ms)})`
    : ` (it claims no ${missing.join(", no ")})`;
  const line = `${indent}${paint(WORDS[outcome].padEnd(12))}  ${name}${style.dim(note)}\n`;
  if (error === undefined) return line;
  const text = errorText(toErrorData(error)).split("\n").map((part) => `${indent}              ${part}`.trimEnd());
  return `${line}${text.join("\n")}\n`;
}
