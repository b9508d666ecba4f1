/** The connections to one server: one for scripts, one that listens. @module */

import { Cluster, Redis } from "ioredis";
import type { Logger } from "nuvom";
import { checkServer } from "./check_server.ts";
import { fromRedis } from "./errors.ts";
import { type ScriptName, SCRIPTS } from "./scripts/mod.ts";
import type { RedisOptions } from "./options.ts";

/** The pause before a try to reconnect grows by the first up to the second. */
const RETRY_STEP_MS = 50;
const LONGEST_RETRY_MS = 1_000;

type Client = Redis | Cluster;
type Scripted = Readonly<Record<string, (keys: string, ...values: (string | number)[]) => Promise<unknown>>>;

/** Runs scripts, and hears when there is something to do. Reconnects by itself. */
export class Connection {
  readonly #options: RedisOptions;
  readonly #client: Client;
  readonly #listener: Client;
  readonly #listeners = new Map<string, Set<(queue: string | null) => void>>();
  /** What a connection was lost for; nothing of one that stands. */
  readonly #lostFor = new Map<Client, unknown>();
  #pinging: ReturnType<typeof setInterval> | undefined;

  private constructor(options: RedisOptions, isCluster: boolean) {
    this.#options = options;
    this.#client = isCluster ? newCluster(options) : newClient(options);
    for (const [name, lua] of Object.entries(SCRIPTS)) {
      this.#client.defineCommand(nameOf(name), { numberOfKeys: 1, lua });
    }
    this.#listener = isCluster ? this.#client : newClient(options);
  }

  /**
   * Connects and looks at the server.
   * @throws {NuvomError} `NUVOM_REDIS_…`; nothing stays open then.
   */
  static async open(options: RedisOptions, log: Logger): Promise<Connection> {
    const { isCluster } = await withProbe(options, (probe) => checkServer(probe, options, log));
    const opened = new Connection(options, isCluster);
    try {
      await opened.#open();
    } catch (error) {
      opened.close();
      throw error;
    }
    return opened;
  }

  /**
   * Runs a script on the keys of a namespace. While there is no connection it waits for one, as long as an answer may take.
   * @throws {NuvomError} `NUVOM_REDIS_…`. Where the connection was lost under it, the script has run or not.
   */
  async run<T = string>(script: ScriptName, keys: string, ...values: (string | number)[]): Promise<T> {
    return await this.#ask(this.#client, async () => {
      await this.#ready(this.#client);
      return await (this.#client as unknown as Scripted)[nameOf(script)]!(keys, ...values) as T;
    });
  }

  /** Resolves when both connections answer. */
  async ping(): Promise<void> {
    await Promise.all([this.#client, this.#listener].map((client) => this.#ask(client, () => client.ping())));
  }

  /**
   * Calls back with the name of a queue of a namespace in which jobs have become ready, and with null when that may have
   * been missed. The answer ends it.
   */
  async listen(keys: string, heard: (queue: string | null) => void): Promise<() => Promise<void>> {
    const channel = `${keys}wake`;
    const all = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, all.add(heard));
    try {
      if (this.#listener.status === "ready") await this.#listener.subscribe(channel);
    } catch (error) {
      // Without a connection jobs are handed out all the same, only later; it is subscribed to when there is one again.
      if (isReply(error)) {
        all.delete(heard);
        throw fromRedis(error, this.#options);
      }
    }
    return async () => {
      if (!all.delete(heard) || all.size > 0) return;
      this.#listeners.delete(channel);
      // Without a connection there is nothing to take back.
      await this.#listener.unsubscribe(channel).catch(() => {});
    };
  }

  /** Ends both at once; may be called twice. */
  close(): void {
    clearInterval(this.#pinging);
    this.#client.disconnect();
    this.#listener.disconnect();
  }

  async #open(): Promise<void> {
    for (const client of new Set([this.#client, this.#listener])) {
      client.on("error", (error) => this.#lostFor.set(client, error));
      client.on("ready", () => this.#lostFor.delete(client));
      await this.#ask(client, () => client.connect());
    }
    this.#listener.on("ready", () => this.#listenAgain());
    this.#listener.on("message", (channel: string, queue: string) => this.#tell(channel, queue));
    // A connection that is dead without a word is noticed by a command that nobody answers.
    this.#pinging = setInterval(() => this.ping().catch(() => {}), this.#options.timeoutMs);
  }

  /** Waits for a connection, as long as an answer may take. */
  async #ready(client: Client): Promise<void> {
    if (client.status === "ready") return;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const late = () => reject(new Error("there is no connection"));
    const timer = setTimeout(late, this.#options.timeoutMs);
    const done = () => resolve();
    client.once("ready", done);
    try {
      await promise;
    } finally {
      clearTimeout(timer);
      client.off("ready", done);
    }
  }

  /** @throws {NuvomError} */
  async #ask<T>(client: Client, question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      // What the connection was lost for says more than that it was lost.
      throw fromRedis(isReply(error) ? error : this.#lostFor.get(client) ?? error, this.#options);
    }
  }

  #tell(channel: string, queue: string | null): void {
    for (const heard of this.#listeners.get(channel) ?? []) heard(queue);
  }

  async #listenAgain(): Promise<void> {
    const channels = [...this.#listeners.keys()];
    if (channels.length > 0) await this.#listener.subscribe(...channels).catch(() => {});
    for (const channel of channels) this.#tell(channel, null);
  }
}

/** Whether the server said it, and not the connection. */
function isReply(error: unknown): boolean {
  return error instanceof Error && error.name === "ReplyError";
}

/** Of a script among the commands of the client. */
function nameOf(script: string): string {
  return `nuvom_${script}`;
}

async function withProbe<T>(options: RedisOptions, use: (probe: Redis) => Promise<T>): Promise<T> {
  const probe = newClient(options);
  let said: unknown;
  probe.on("error", (error) => said ??= error);
  try {
    await probe.connect();
    return await use(probe);
  } catch (error) {
    throw fromRedis(said ?? error, options);
  } finally {
    probe.disconnect();
  }
}

function clientOptions({ username, password, tls, tlsCa, timeoutMs }: RedisOptions) {
  return {
    ...(username === null ? {} : { username }),
    ...(password === null ? {} : { password }),
    ...(tls ? { tls: tlsCa === null ? {} : { ca: tlsCa } } : {}),
    connectionName: "nuvom",
    disableClientInfo: true,
    connectTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    lazyConnect: true,
    autoResubscribe: false,
    enableOfflineQueue: false,
    // What was sent and not answered fails at once: whether it was done, only its caller can find out.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
    retryStrategy: (times: number) => Math.min(times * RETRY_STEP_MS, LONGEST_RETRY_MS),
  };
}

function newClient(options: RedisOptions): Redis {
  const { host, port, db } = options;
  return new Redis({
    host,
    port,
    db,
    ...clientOptions(options),
    // A primary no more: its address may lead to the new one by now. What it refused fails all the same.
    reconnectOnError: (error) => /READONLY/.test(error.message),
  });
}

function newCluster(options: RedisOptions): Cluster {
  const { host, port, timeoutMs } = options;
  return new Cluster([{ host, port }], {
    redisOptions: clientOptions(options),
    slotsRefreshTimeout: timeoutMs,
    lazyConnect: true,
    enableOfflineQueue: false,
    clusterRetryStrategy: (times) => Math.min(times * RETRY_STEP_MS, LONGEST_RETRY_MS),
  });
}
