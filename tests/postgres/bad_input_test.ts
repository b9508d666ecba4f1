/** What goes wrong between the plugin `postgres` and its server: one paragraph that says which plugin, what, and what mends it. */

import { assertEquals, assertRejects, assertStringIncludes, assertThrows } from "@std/assert";
import { NuvomError } from "nuvom";
import { PARAMETERS } from "../../plugins/postgres/sessions.ts";
import { findPostgres, PostgresServer } from "../servers/postgres.ts";
import { Started } from "./rig.ts";

const LEFT_OUT = await findPostgres() === null ? " (left out: there is no PostgreSQL)" : "";

interface Wanted {
  readonly code: string;
  /** What the message says. */
  readonly says: readonly string[];
}

async function assertRefused(settings: Readonly<Record<string, unknown>>, { code, says }: Wanted): Promise<void> {
  await using started = new Started(settings);
  const error = await assertRejects(() => started.queue(), NuvomError);
  assertEquals(error.code, code, error.message);
  for (const text of says) assertStringIncludes(error.message, text);
  for (const text of [error.message, (error.cause as Error | undefined)?.message ?? ""]) {
    assertEquals(text.includes("s3cret"), false, `the password is shown: ${text}`);
  }
}

Deno.test({
  name: `Postgres says what is wrong with login, database, right and schema${LEFT_OUT}`,
  ignore: LEFT_OUT !== "",
  async fn(t) {
    await using server = await PostgresServer.start({
      hba: [
        "hostssl all tls_only 127.0.0.1/32 trust",
        "host all postgres 127.0.0.1/32 trust",
        "host all app 127.0.0.1/32 scram-sha-256",
      ],
    });
    await server.sql("CREATE ROLE app LOGIN PASSWORD 's3cret'; CREATE ROLE tls_only LOGIN");
    await server.sql("CREATE DATABASE empty");
    await server.sql(
      "REVOKE CREATE ON DATABASE empty FROM PUBLIC; REVOKE CREATE ON SCHEMA public FROM PUBLIC",
      "empty",
    );
    const place = `127.0.0.1:${server.port}`;
    const refused = (name: string, url: string, wanted: Wanted, more = {}) =>
      t.step(name, () => assertRefused({ url, ...more }, wanted));

    await refused("a wrong password", `postgres://app:s3cret_not@${place}/empty`, {
      code: "NUVOM_POSTGRES_PASSWORD",
      says: ["The plugin postgres", `app@${place}/empty`, "[plugin.postgres] settings", "ALTER ROLE"],
    });
    await refused("a database that is not there", `postgres://app:s3cret@${place}/nowhere`, {
      code: "NUVOM_POSTGRES_DATABASE",
      says: ["The plugin postgres", 'CREATE DATABASE "nowhere"'],
    });
    await refused("a right that is missing", `postgres://app:s3cret@${place}/empty`, {
      code: "NUVOM_POSTGRES_RIGHT",
      says: ["The plugin postgres", 'GRANT CREATE, CONNECT ON DATABASE "empty" TO "app"'],
    });
    await refused("TLS that is demanded", `postgres://tls_only@${place}/empty?sslmode=disable`, {
      code: "NUVOM_POSTGRES_LOGIN",
      says: ["The plugin postgres", "?sslmode=require"],
    });
    await refused("TLS that is refused", `postgres://postgres@${place}/empty?sslmode=require`, {
      code: "NUVOM_POSTGRES_TLS",
      says: ["The plugin postgres", "?sslmode=disable"],
    });
    await server.sql("CREATE SCHEMA other; CREATE TABLE other.things (id int)", "empty");
    await refused("a schema of someone else", server.url("postgres", "empty"), {
      code: "NUVOM_POSTGRES_SCHEMA_FOREIGN",
      says: ["The schema other", '"things"', "schema ="],
    }, { schema: "other" });
    await server.sql("ALTER DATABASE empty SET default_transaction_read_only = on");
    await refused("a server that takes no writes", server.url("postgres", "empty"), {
      code: "NUVOM_POSTGRES_READ_ONLY",
      says: ["The plugin postgres", "primary server"],
    });

    await (async () => {
      await using started = new Started({ url: server.url() });
      await started.queue();
    })();
    await server.sql("ALTER TABLE nuvom.traces RENAME TO lost");
    await refused("a schema that is half there", server.url(), {
      code: "NUVOM_POSTGRES_SCHEMA_BROKEN",
      says: ["The schema nuvom", "the table traces", "DROP SCHEMA nuvom CASCADE"],
    });
    await server.sql("UPDATE nuvom.nuvom_schema SET version = 99");
    await refused("a schema of a newer nuvom", server.url(), {
      code: "NUVOM_POSTGRES_SCHEMA_NEWER",
      says: ["version 99", "nothing was changed"],
    });
    await server.stop();
    await refused("a server that is down", server.url(), {
      code: "NUVOM_POSTGRES_UNREACHABLE",
      says: ["The plugin postgres", place, `net = ["${place}"]`],
    });
  },
});

for (
  const [why, settings, code, says] of [
    ["no URL", { url: "localhost" }, "NUVOM_POSTGRES_URL", "it is no URL"],
    ["another protocol", { url: "mysql://u:s3cret@h/d" }, "NUVOM_POSTGRES_URL", "mysql:"],
    ["a stray %", { url: "postgres://u:s3cret%@h/d" }, "NUVOM_POSTGRES_URL", "a part of it is not %-encoded"],
    ["no database", { url: "postgres://u:s3cret@h" }, "NUVOM_POSTGRES_URL", "names no database"],
    ["an unknown option", { url: "postgres://u:s3cret@h/d?sslmod=require" }, "NUVOM_POSTGRES_URL", '"sslmod"'],
    ["an unknown sslmode", { url: "postgres://u:s3cret@h/d?sslmode=maybe" }, "NUVOM_POSTGRES_URL", "verify-full"],
    ["a schema that must be quoted", { url: "postgres://u@h/d", schema: 'a"b' }, "NUVOM_POSTGRES_SETTING", "schema"],
    ["no number of connections", { url: "postgres://u@h/d", pool: 0 }, "NUVOM_POSTGRES_SETTING", "pool"],
    ["no certificate", { url: "postgres://u@h/d", tls_ca: "/etc/ca.pem" }, "NUVOM_POSTGRES_SETTING", "tls_ca"],
  ] as const
) {
  Deno.test(`Postgres.start() refuses ${why}`, () => {
    const error = assertThrows(() => new Started(settings), NuvomError);
    assertEquals([error.code, error.exitCode], [code, 3]);
    assertStringIncludes(error.message, says);
    assertEquals(error.message.includes("s3cret"), false);
  });
}

Deno.test("Postgres says what a pooler is to let pass, as its README does", async () => {
  const passing = `ignore_startup_parameters = ${PARAMETERS.join(", ")}`;
  const pooler = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const answering = refuseParameters(pooler);
  try {
    await assertRefused({ url: `postgres://app:s3cret@127.0.0.1:${pooler.addr.port}/app?sslmode=disable` }, {
      code: "NUVOM_POSTGRES_POOLER",
      says: ["The plugin postgres", "unsupported startup parameter", passing],
    });
  } finally {
    pooler.close();
    await answering;
  }
  const readme = await Deno.readTextFile(new URL("../../plugins/postgres/README.md", import.meta.url));
  assertStringIncludes(readme, `${passing}\n`);
});

/** Answers as PgBouncer does where its settings let nothing pass. */
async function refuseParameters(listener: Deno.TcpListener): Promise<void> {
  const said = new TextEncoder().encode("SFATAL\0C08P01\0Munsupported startup parameter: plan_cache_mode\0\0");
  const answer = new Uint8Array(5 + said.length);
  answer[0] = "E".charCodeAt(0);
  new DataView(answer.buffer).setUint32(1, 4 + said.length);
  answer.set(said, 5);
  for await (const connection of listener) {
    await connection.read(new Uint8Array(1_024));
    await connection.write(answer);
    connection.close();
  }
}
