import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import type { NuvomError } from "../core/mod.ts";
import { parseDotenv } from "./dotenv.ts";
import { type LoadedSettings, loadSettings, SETTINGS } from "./mod.ts";

interface Given {
  readonly dotenv?: string;
  readonly env?: Record<string, string>;
  readonly flags?: Record<string, unknown>;
}

/** Settings of a project in a folder of its own. */
function load({ dotenv, env = {}, flags = {} }: Given = {}): LoadedSettings & { folder: string } {
  const folder = Deno.makeTempDirSync({ prefix: "nuvom_settings_" });
  try {
    if (dotenv !== undefined) Deno.writeTextFileSync(`${folder}/.env`, dotenv);
    return { ...loadSettings({ cwd: folder, env, flags }), folder };
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

function row({ table }: LoadedSettings, env: string) {
  const { value, source } = table.find((each) => each.env === env)!;
  return { value, source };
}

Deno.test("loadSettings() takes flags over the environment over .env over defaults, and says which", () => {
  const dotenv = "NUVOM_CONCURRENCY=2\nNUVOM_BATCH_SIZE=7\nNUVOM_LEASE_SECS=9\n";
  const env = { NUVOM_CONCURRENCY: "3", NUVOM_BATCH_SIZE: "8" };
  const settings = load({ dotenv, env, flags: { concurrency: "4", "log-level": undefined } });
  assertEquals(row(settings, "NUVOM_CONCURRENCY"), { value: "4", source: "--concurrency" });
  assertEquals(row(settings, "NUVOM_BATCH_SIZE"), { value: "8", source: "environment" });
  assertEquals(row(settings, "NUVOM_LEASE_SECS"), { value: "9", source: ".env:3" });
  assertEquals(row(settings, "NUVOM_LOG_LEVEL"), { value: "info", source: "default" });
  const { concurrency, batchSize, leaseMs } = settings.values;
  assertEquals({ concurrency, batchSize, leaseMs }, { concurrency: 4, batchSize: 8, leaseMs: 9_000 });
});

Deno.test("loadSettings() takes an empty variable for one that is not set", () => {
  const settings = load({ dotenv: "NUVOM_LOG_LEVEL=\n", env: { NUVOM_QUEUE_BACKEND: "" } });
  assertEquals(settings.values.queueBackend, "sqlite");
  assertEquals(settings.values.logLevel, "info");
});

Deno.test("loadSettings() makes paths absolute, from the folder of the manifest", () => {
  const { values, folder } = load({ env: { NUVOM_MANIFEST_PATH: "a/../app/m.toml", HOME: "/home/u" } });
  const { manifestPath, projectDir, sqlitePath, filePath, stateDir, cacheDir } = values;
  assertEquals({ manifestPath, projectDir, sqlitePath, filePath, stateDir, cacheDir }, {
    manifestPath: `${folder}/app/m.toml`,
    projectDir: `${folder}/app`,
    sqlitePath: `${folder}/app/.nuvom/nuvom.db`,
    filePath: `${folder}/app/.nuvom/jobs`,
    stateDir: `${folder}/app/.nuvom`,
    cacheDir: "/home/u/.cache/nuvom",
  });
});

Deno.test("loadSettings() finds a cache folder with and without a home", () => {
  assertEquals(load({ env: { XDG_CACHE_HOME: "/x", HOME: "/h" } }).values.cacheDir, "/x/nuvom");
  assertEquals(load({ env: { NUVOM_CACHE_DIR: "/own", XDG_CACHE_HOME: "/x" } }).values.cacheDir, "/own");
  const homeless = load();
  assertEquals(homeless.values.cacheDir, `${homeless.folder}/.nuvom/cache`);
});

Deno.test("loadSettings() takes the proxy of the environment, in either case, unless it has its own", () => {
  const proxy = (env: Given["env"]) => {
    const { httpsProxy, noProxy } = load({ env }).values;
    return [httpsProxy, noProxy];
  };
  assertEquals(proxy({}), ["", ""]);
  assertEquals(proxy({ HTTPS_PROXY: "http://p:1", NO_PROXY: "a.example.com" }), ["http://p:1", "a.example.com"]);
  assertEquals(proxy({ https_proxy: "http://q:1", HTTPS_PROXY: "http://p:1", no_proxy: "b" }), ["http://q:1", "b"]);
  assertEquals(proxy({ https_proxy: "", HTTPS_PROXY: "http://p:1" }), ["", ""]);
  assertEquals(proxy({ NUVOM_HTTPS_PROXY: "r:1", NUVOM_NO_PROXY: "*", HTTPS_PROXY: "http://p:1" }), ["r:1", "*"]);
  const { value, source } = row(load({ env: { HTTPS_PROXY: "http://me:secret@p" } }), "NUVOM_HTTPS_PROXY");
  assertEquals([value, source], ["********", "HTTPS_PROXY"]);
});

Deno.test("loadSettings() reads choices in any case", () => {
  const { values } = load({ env: { NUVOM_LOG_LEVEL: "WARN", NUVOM_SQLITE_SYNCHRONOUS: "full" } });
  assertEquals([values.logLevel, values.sqliteSynchronous], ["warn", "FULL"]);
});

Deno.test("loadSettings() refuses bad values, with the place and what is allowed", () => {
  const cases: [Given, string, number][] = [
    [
      { env: { NUVOM_CONCURRENCY: "0" } },
      '"0" is no value for NUVOM_CONCURRENCY (from environment). Use a whole number from 1 to 10000.',
      3,
    ],
    [
      { flags: { concurrency: "1.5" } },
      '"1.5" is no value for NUVOM_CONCURRENCY (from --concurrency). Use a whole number from 1 to 10000.',
      2,
    ],
    [
      { dotenv: "A=1\nNUVOM_LOG_LEVEL=loud" },
      '"loud" is no value for NUVOM_LOG_LEVEL (from .env:2). Use one of debug, info, warn, error.',
      3,
    ],
    [
      { env: { NUVOM_LOG_LEVELS: "job=loud" } },
      '"job=loud" is no value for NUVOM_LOG_LEVELS (from environment). Use categories and their levels, such as ' +
      "job=debug, plugin.mail=warn.",
      3,
    ],
    [
      { env: { NUVOM_LEASE_SECS: "0.1" } },
      '"0.1" is no value for NUVOM_LEASE_SECS (from environment). Use a number of seconds from 0.2 to 86400.',
      3,
    ],
    [
      { env: { NUVOM_JOB_TIMEOUT_SECS: "1e3" } },
      '"1e3" is no value for NUVOM_JOB_TIMEOUT_SECS (from environment). Use a number of seconds from 0 to 2592000.',
      3,
    ],
    [
      { env: { NUVOM_SQLITE_PATH: "  " } },
      '"  " is no value for NUVOM_SQLITE_PATH (from environment). Use a text that is not empty.',
      3,
    ],
  ];
  for (const [given, message, exitCode] of cases) {
    const error = assertThrows(() => load(given)) as NuvomError;
    assertEquals([error.message, error.code, error.exitCode], [message, "NUVOM_SETTINGS_INVALID", exitCode]);
  }
});

Deno.test("loadSettings() warns of misspelt variables, not of those of plugins", () => {
  const env = { NUVOM_CONCURENCY: "3", NUVOM_PROMETHEUS_PORT: "9150", NUVOM_QUEUE_BACKENDS: "x" };
  assertEquals(load({ env }).warnings, [
    'The variable NUVOM_CONCURENCY is no setting of nuvom. Did you mean "NUVOM_CONCURRENCY"?',
    'The variable NUVOM_QUEUE_BACKENDS is no setting of nuvom. Did you mean "NUVOM_QUEUE_BACKEND"?',
  ]);
});

Deno.test("loadSettings() keeps all variables, the environment over .env, for plugins", () => {
  const { variables } = load({ dotenv: "A=1\nB=2", env: { B: "3" } });
  assertEquals([...variables], [["A", "1"], ["B", "3"]]);
});

Deno.test("SETTINGS have defaults that are allowed, and a doc", () => {
  const { values } = load();
  for (const { key, doc, env } of SETTINGS) {
    assert(key in values, env);
    assert(/^[A-Z$].*\.$/.test(doc), env);
  }
});

Deno.test("parseDotenv() reads what people write", () => {
  const text = [
    "\ufeff# comment",
    "",
    "export PLAIN = some text # comment",
    'DOUBLE="a\\n\\"b\\" # no comment" # comment',
    "SINGLE='$a \\n'",
    "EMPTY=",
    "HASH=a#b",
    "URL=postgres://u:p@h/db?x=1\r",
  ].join("\n");
  const values = Object.fromEntries([...parseDotenv(text, ".env")].map(([name, { value }]) => [name, value]));
  assertEquals(values, {
    PLAIN: "some text",
    DOUBLE: 'a\n"b" # no comment',
    SINGLE: "$a \\n",
    EMPTY: "",
    HASH: "a#b",
    URL: "postgres://u:p@h/db?x=1",
  });
});

Deno.test("parseDotenv() refuses what is no setting, with the line", () => {
  for (const bad of ["just words", "1A=2", 'A="open', "A='x' y"]) {
    const error = assertThrows(() => parseDotenv(`OK=1\n${bad}`, ".env")) as NuvomError;
    assertEquals([error.code, error.exitCode], ["NUVOM_SETTINGS_DOTENV", 3]);
    assertStringIncludes(error.message, ".env:2 is not a setting");
  }
});

Deno.test("loadSettings() reads switches: a flag that is left out says nothing, a variable says yes or no", () => {
  const said = (given: Given) => {
    const settings = load(given);
    return [settings.values.frozen, row(settings, "NUVOM_FROZEN").source];
  };
  assertEquals(said({}), [false, "default"]);
  assertEquals(said({ flags: { frozen: false }, env: { NUVOM_FROZEN: "1" } }), [true, "environment"]);
  assertEquals(said({ flags: { frozen: true }, env: { NUVOM_FROZEN: "no" } }), [true, "--frozen"]);
  assertEquals(said({ dotenv: "NUVOM_FROZEN=Off\n" }), [false, ".env:1"]);
  const error = assertThrows(() => load({ env: { NUVOM_FROZEN: "2" } })) as NuvomError;
  assertEquals(error.message, '"2" is no value for NUVOM_FROZEN (from environment). Use true or false.');
});

Deno.test("loadSettings() masks tokens, and shows that there are none", () => {
  assertEquals(row(load({ env: { NUVOM_AUTH_TOKENS: "h=t" } }), "NUVOM_AUTH_TOKENS").value, "********");
  assertEquals(row(load(), "NUVOM_AUTH_TOKENS").value, "");
});
