/** A PostgreSQL server of a test or a benchmark alone: on a free port of this machine, with a folder of its own. @module */

import { freePort } from "./free_port.ts";

/** How a server is started. */
export interface PostgresOptions {
  /** Holds the data; kept when the server ends. @default a temporary folder, which is removed with the server */
  readonly folder?: string;
  /** Lines of `postgresql.conf`, `name=value`. */
  readonly config?: readonly string[];
  /** Lines of `pg_hba.conf`, in place of those that let everyone in who comes from this machine. */
  readonly hba?: readonly string[];
  /** Whether it survives a power cut, which tests seldom need. @default false */
  readonly fsync?: boolean;
}

/** Where the commands of a server are. */
interface Installation {
  /** Folder of `initdb` and `postgres`. */
  readonly bin: string;
}

/** Debian keeps them out of the PATH, one folder a version. */
const DEBIAN = "/usr/lib/postgresql";
/** Who may do everything. */
const SUPERUSER = "postgres";
const START_MS = 30_000;

/** Null where there is no server to start; a test then leaves itself out and says so. */
export async function findPostgres(): Promise<Installation | null> {
  const versions = await Array.fromAsync(Deno.readDir(DEBIAN)).catch(() => []);
  const newest = versions.map(({ name }) => Number(name)).filter((version) => version > 0).sort((a, b) => b - a);
  const folders = [...newest.map((version) => `${DEBIAN}/${version}/bin`), ...(Deno.env.get("PATH") ?? "").split(":")];
  for (const bin of folders) if (await isFile(`${bin}/postgres`) && await isFile(`${bin}/initdb`)) return { bin };
  return null;
}

/** As it says itself. */
export async function postgresVersion(): Promise<string> {
  const { bin } = await installed();
  const { stdout } = await new Deno.Command(`${bin}/postgres`, { args: ["--version"] }).output();
  return /(\d[\d.]*)/.exec(new TextDecoder().decode(stdout))?.[1] ?? "of an unknown version";
}

/** A server that answers. */
export class PostgresServer implements AsyncDisposable {
  /** On 127.0.0.1, for all its life. */
  readonly port: number;
  readonly folder: string;
  readonly #options: PostgresOptions;
  readonly #bin: string;
  readonly #user: { uid?: number; gid?: number };
  #process!: Deno.ChildProcess;

  private constructor(folder: string, bin: string, user: { uid?: number; gid?: number }, options: PostgresOptions) {
    this.port = freePort();
    this.folder = folder;
    this.#bin = bin;
    this.#user = user;
    this.#options = options;
  }

  /** Starts one; its folder may hold the data of an earlier one. */
  static async start(options: PostgresOptions = {}): Promise<PostgresServer> {
    const { bin } = await installed();
    const folder = options.folder ?? await Deno.makeTempDir({ prefix: "nuvom-test-postgres-" });
    // It refuses to run as root, so its folders belong to its own user.
    const user: { uid?: number; gid?: number } = Deno.uid() === 0 ? await userNamed("postgres") : {};
    if (user.uid !== undefined) await Deno.chown(folder, user.uid, user.gid!);
    const server = new PostgresServer(folder, bin, user, options);
    await server.#makeData();
    await server.start();
    return server;
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** For clients. @param user A role. @param database In it. */
  url(user: string = SUPERUSER, database = "postgres"): string {
    return `postgres://${user}@127.0.0.1:${this.port}/${database}`;
  }

  /** Runs SQL as the superuser, and answers what `psql` prints of it. */
  async sql(text: string, database = "postgres"): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command(`${this.#bin}/psql`, {
      args: [
        "-X",
        "-A",
        "-t",
        "-q",
        "-v",
        "ON_ERROR_STOP=1",
        "-h",
        this.folder,
        "-p",
        `${this.port}`,
        "-U",
        SUPERUSER,
        "-d",
        database,
        "-c",
        text,
      ],
    }).output();
    if (!success) throw new Error(`psql failed: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout).trim();
  }

  /** Starts it again, after {@linkcode PostgresServer.stop}. */
  async start(): Promise<void> {
    const { config = [], fsync = false } = this.#options;
    const settings = [...config, ...(fsync ? [] : ["fsync=off"])].flatMap((line) => ["-c", line]);
    const place = ["-D", `${this.folder}/data`, "-p", `${this.port}`, "-h", "127.0.0.1", "-k", this.folder];
    this.#process = new Deno.Command(`${this.#bin}/postgres`, {
      args: [...place, ...settings],
      cwd: this.folder,
      ...this.#user,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
    let ended = false;
    void this.#process.status.then(() => ended = true);
    for (const until = Date.now() + START_MS;;) {
      if (await this.sql("SELECT 1").then(() => true, () => false)) return;
      if (ended || Date.now() > until) throw new Error(`${this.#bin}/postgres did not start on port ${this.port}.`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Ends it. @param signal SIGINT: clients are cut off, all is written; SIGQUIT: as a crash would. */
  async stop(signal: Deno.Signal = "SIGINT"): Promise<void> {
    try {
      this.#process.kill(signal);
    } catch { /* it has ended */ }
    await this.#process.status;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
    if (this.#options.folder === undefined) await Deno.remove(this.folder, { recursive: true });
  }

  async #makeData(): Promise<void> {
    const data = `${this.folder}/data`;
    if (!await Deno.stat(data).then(() => true, () => false)) {
      const args = ["-D", data, "-U", SUPERUSER, "--auth=trust", "--no-sync", "--encoding=UTF8", "--locale=C"];
      const { success, stderr } = await new Deno.Command(`${this.#bin}/initdb`, {
        args,
        ...this.#user,
        cwd: this.folder,
      }).output();
      if (!success) throw new Error(`initdb failed: ${new TextDecoder().decode(stderr)}`);
    }
    const { hba } = this.#options;
    if (hba !== undefined) {
      await Deno.writeTextFile(`${data}/pg_hba.conf`, [`local all ${SUPERUSER} trust`, ...hba, ""].join("\n"));
    }
  }
}

async function installed(): Promise<Installation> {
  const found = await findPostgres();
  if (found === null) throw new Error(`There is no PostgreSQL in ${DEBIAN} or on the PATH: apt-get install postgresql`);
  return found;
}

async function isFile(path: string): Promise<boolean> {
  return await Deno.stat(path).then((found) => found.isFile, () => false);
}

async function userNamed(name: string): Promise<{ uid: number; gid: number }> {
  const found = new RegExp(`^${name}:[^:]*:(\\d+):(\\d+):`, "m").exec(await Deno.readTextFile("/etc/passwd"));
  if (found === null) throw new Error(`There is no user ${name} on this machine; PostgreSQL does not run as root.`);
  return { uid: Number(found[1]), gid: Number(found[2]) };
}
