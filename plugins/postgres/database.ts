/** Connections to one server, and what becomes of them when it does not answer. @module */

import postgres, { type Sql } from "postgres";
import { fromDriver, isRefusal, storeClosed, tooSlow } from "./errors.ts";
import { placeOf } from "./address.ts";
import { KINDS } from "./sessions.ts";
import type { Options } from "./settings.ts";

/** A value of a statement. Arrays are written as texts: see `rows.ts`. */
export type Value = string | number | boolean | null;

/** Runs statements, each on any connection, or all on one inside of a transaction. */
export interface Runner {
  /** The rows, each an array of its columns. */
  rows<T extends readonly unknown[]>(text: string, ...values: Value[]): Promise<T[]>;
  /** Statements without values, one after the other. */
  script(text: string): Promise<void>;
}

/** How long a connection may take, in seconds. */
const CONNECT_S = 5;
/** Between two tries to connect, in seconds. */
const PAUSE_S = 0.2;
/** A deadlock, or two transactions that can't both be: nothing was changed, and the second try wins. */
const CLASHES: ReadonlySet<string> = new Set(["40P01", "40001"]);
const TRIES = 4;

/** Whole numbers of 64 bits come as numbers: what nuvom keeps in them is smaller than 2^53. */
const TYPES = { bigint: { to: 20, from: [20], parse: Number, serialize: String } };

/** What is told to a listener. */
export interface Heard {
  /** Something came through a channel. */
  readonly notified: (channel: string, payload: string) => void;
  /** The connection is gone. */
  readonly closed: () => void;
}

type KindName = keyof typeof KINDS;

/** The connections of one process. */
export class Database implements Runner {
  readonly options: Options;
  /** For messages and logs. */
  readonly place: string;
  readonly #pools = new Map<KindName, Sql>();
  #closed = false;

  /** Connects with the first statement. */
  constructor(options: Options) {
    this.options = options;
    this.place = placeOf(options.address);
  }

  /** A statement that is a transaction of its own. @throws {NuvomError} `NUVOM_POSTGRES_…` */
  rows<T extends readonly unknown[]>(text: string, ...values: Value[]): Promise<T[]> {
    return this.#guarded("firm", (sql) => run<T>(sql, text, values));
  }

  /** The same, and does not wait for the server's disk: for what only counts while its process lives. */
  looseRows<T extends readonly unknown[]>(text: string, ...values: Value[]): Promise<T[]> {
    return this.#guarded("loose", (sql) => run<T>(sql, text, values));
  }

  /** The same as `rows` for what may take long. */
  longRows<T extends readonly unknown[]>(text: string, ...values: Value[]): Promise<T[]> {
    return this.#guarded("long", (sql) => run<T>(sql, text, values));
  }

  /** Several statements in one transaction: all of them or nothing. It may be run again after a clash. */
  transaction<T>(work: (tx: Runner) => Promise<T>): Promise<T> {
    return this.#guarded("long", (sql) =>
      sql.begin((tx) =>
        work({
          rows: (text, ...values) => run(tx, text, values),
          script: async (text) => void await tx.unsafe(text).simple(),
        })
      ) as Promise<T>);
  }

  /** Statements without values; they are one transaction, unless one of them can't be in any. */
  async script(text: string): Promise<void> {
    await this.#guarded("long", (sql) => sql.unsafe(text).simple());
  }

  /** A connection of its own that listens. The caller ends it. */
  listener(heard: Heard): Sql {
    const { notified: onnotify, closed: onclose } = heard;
    return connect(this.options, {}, { max: 1, max_lifetime: null, onnotify, onclose });
  }

  /** Ends all connections; what still runs there is rejected. */
  async close(): Promise<void> {
    this.#closed = true;
    const pools = [...this.#pools.values()];
    this.#pools.clear();
    await Promise.all(pools.map((sql) => sql.end({ timeout: 1 })));
  }

  /** An error of the driver as it is told. */
  explain(error: unknown): unknown {
    return fromDriver(error, this.options.address, this.place, this.options.schema);
  }

  async #guarded<T>(kind: KindName, work: (sql: Sql) => Promise<T>): Promise<T> {
    for (let tried = 1;; tried++) {
      try {
        return await this.#within(kind, work);
      } catch (error) {
        const { code } = error as { code?: string };
        if (code === "ECONNREFUSED") throw await this.#refusal() ?? this.explain(error);
        if (!CLASHES.has(String(code)) || tried === TRIES) throw this.explain(error);
      }
    }
  }

  /** What Deno says of an address that is not granted. In Deno 2.7 `node:net` says that nobody listens there. */
  async #refusal(): Promise<unknown> {
    const { host: hostname, port } = this.options.address;
    try {
      (await Deno.connect({ hostname, port })).close();
    } catch (error) {
      if (isRefusal(error)) return error;
    }
    return null;
  }

  /** A connection over a network that is gone answers nothing, and says nothing: whatever waits there is given up. */
  async #within<T>(kind: KindName, work: (sql: Sql) => Promise<T>): Promise<T> {
    const sql = this.#pool(kind);
    const { answerMs } = KINDS[kind];
    const late = Promise.withResolvers<never>();
    const timer = setTimeout(() => {
      if (this.#pools.get(kind) === sql) this.#pools.delete(kind);
      late.reject(tooSlow(this.place, answerMs));
      void sql.end({ timeout: 0 });
    }, answerMs);
    try {
      return await Promise.race([work(sql), late.promise]);
    } finally {
      clearTimeout(timer);
    }
  }

  #pool(kind: KindName): Sql {
    if (this.#closed) throw storeClosed();
    let sql = this.#pools.get(kind);
    if (sql === undefined) {
      const { max, session } = KINDS[kind];
      sql = connect(this.options, session, { max: max ?? this.options.pool });
      this.#pools.set(kind, sql);
    }
    return sql;
  }
}

/** @param session Parameters of the server. @param extra Options of the driver. */
function connect({ address, ca }: Options, session: Readonly<Record<string, string>>, extra: object): Sql {
  const { host, port, database, user, password, sslmode, applicationName } = address;
  const options = {
    host,
    port,
    database,
    user,
    pass: password,
    ssl: sslmode === "disable" ? false : sslmode === "verify-full" ? verified(host, ca) : sslmode,
    connect_timeout: CONNECT_S,
    // Arrays are written and read as texts, so their types need not be asked for.
    fetch_types: false,
    backoff: () => PAUSE_S,
    types: TYPES,
    onnotice: () => {},
    connection: { application_name: applicationName, ...session },
    ...extra,
  };
  // The driver's types leave out a part of its options.
  return postgres(options as object) as unknown as Sql;
}

function verified(host: string, ca: string | null): object {
  return { rejectUnauthorized: true, servername: host, ...(ca === null ? {} : { ca }) };
}

async function run<T extends readonly unknown[]>(
  sql: Pick<Sql, "unsafe">,
  text: string,
  values: readonly Value[],
): Promise<T[]> {
  return [...await sql.unsafe(text, values as never[], { prepare: true }).values()] as unknown as T[];
}
