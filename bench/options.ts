/** The command line of `run.ts`. @module */

import { parseArgs } from "@std/cli";
import { type Peer, PEERS } from "./peers.ts";
import { SCENARIOS } from "./scenarios/all.ts";
import type { Scenario, Sizes } from "./scenarios/scenario.ts";

/** What is to be done. */
export interface Options {
  readonly scenarios: readonly Scenario[];
  readonly peers: readonly Peer[];
  readonly rounds: number;
  readonly sizes: Sizes;
  readonly quick: boolean;
  readonly peerBudgetMs: number;
  /** Where the report goes; null: only to standard output. */
  readonly out: string | null;
}

const FULL: Sizes = {
  enqueueOne: 10_000,
  enqueueMany: 100_000,
  drain: 20_000,
  drainLarge: 200_000,
  drainTogether: 60_000,
  retries: 20_000,
  future: 1_000_000,
  latencySeconds: 2,
  idleSeconds: 20,
  longRescues: true,
};
const QUICK: Sizes = {
  enqueueOne: 2_000,
  enqueueMany: 20_000,
  drain: 10_000,
  drainLarge: 20_000,
  drainTogether: 20_000,
  retries: 2_000,
  future: 20_000,
  latencySeconds: 1,
  idleSeconds: 3,
  longRescues: false,
};

interface Flags {
  readonly scenarios?: string;
  readonly peers?: string;
  readonly runs?: string;
  readonly out?: string;
  readonly quick?: boolean;
}

/** All scenarios with all peers in all rounds go into `bench/`; anything less only where `--out` says. */
export function readOptions(args: readonly string[]): Options {
  const flags = parseArgs([...args], {
    string: ["scenarios", "peers", "runs", "out"],
    boolean: ["quick"],
    unknown: (arg) => {
      throw new Error(
        `There is no option ${arg}. Known: --scenarios A,C --peers nuvom,plainjob --runs 5 --quick --out DIR`,
      );
    },
  }) as Flags;
  const scenarios = chosen("scenario", flags.scenarios, SCENARIOS);
  const peers = chosen("peer", flags.peers, PEERS);
  const whole = !flags.quick && [flags.scenarios, flags.peers, flags.runs].every((flag) => flag === undefined);
  const rounds = flags.runs === undefined ? (flags.quick ? 1 : 5) : Number(flags.runs);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error(`--runs ${flags.runs} is no number of runs.`);
  return {
    scenarios,
    peers,
    rounds,
    sizes: flags.quick ? QUICK : FULL,
    quick: flags.quick === true,
    peerBudgetMs: 40_000,
    out: flags.out ?? (whole ? decodeURIComponent(new URL(".", import.meta.url).pathname) : null),
  };
}

/** Those whose id is named, or begins with a name: `C` is `C1` and `C2`, `nuvom` also `nuvom-full`. */
function chosen<T extends { readonly id: string }>(
  what: string,
  list: string | undefined,
  all: readonly T[],
): readonly T[] {
  if (list === undefined) return all;
  const names = list.split(",").map((name) => name.toLowerCase());
  const fits = ({ id }: T, name: string) => id.toLowerCase().startsWith(name);
  const unknown = names.find((name) => !all.some((each) => fits(each, name)));
  if (unknown !== undefined) {
    throw new Error(`There is no ${what} "${unknown}". Known: ${all.map(({ id }) => id).join(", ")}`);
  }
  return all.filter((each) => names.some((name) => fits(each, name)));
}
