/** The kinds of connections of a process, and what each asks of the server when it begins. @module */

/** How long an answer may take, in milliseconds: then the connection is taken for dead. */
const ANSWER_MS = 8_000;
/** The same for what reads or writes a lot. */
const LONG_ANSWER_MS = 120_000;
/** So much earlier, in milliseconds, the server ends a statement: what its caller has given up must not be done later. */
const EARLIER_MS = 1_000;
/** A transaction whose client is silent for so long, in milliseconds, is undone: others wait for what it has locked. */
const SILENCE_MS = 10_000;

/**
 * Statements know their way: each is written for one index. The statistics of a table that is full now and empty in a
 * minute would mislead the server, and planning them anew each time costs more than some of them.
 */
const PLANNING = {
  plan_cache_mode: "force_generic_plan",
  enable_seqscan: "off",
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  jit: "off",
};

/** Work of one kind has connections of its own: what is slow or lost there holds up no other work. */
export interface Kind {
  /** How long an answer may take, in milliseconds. */
  readonly answerMs: number;
  /** Most connections; null where the setting `pool` says it. */
  readonly max: number | null;
  /** Parameters of the server. */
  readonly session: Readonly<Record<string, string>>;
}

function kind(answerMs: number, max: number | null, more: Readonly<Record<string, string>> = {}): Kind {
  return { answerMs, max, session: { ...PLANNING, statement_timeout: String(answerMs - EARLIER_MS), ...more } };
}

/** `firm` work is as durable as the server makes it; `loose` work may be lost with it; `long` work is firm and may take its time. */
export const KINDS = {
  firm: kind(ANSWER_MS, null),
  loose: kind(ANSWER_MS, 2, { synchronous_commit: "off" }),
  long: kind(LONG_ANSWER_MS, 2, { idle_in_transaction_session_timeout: String(SILENCE_MS) }),
} as const satisfies Readonly<Record<string, Kind>>;

/** All that is set for any connection; a pooler must let it pass. */
export const PARAMETERS: readonly string[] = [
  ...new Set(Object.values<Kind>(KINDS).flatMap(({ session }) => Object.keys(session))),
];
