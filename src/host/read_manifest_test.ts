import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { NuvomError } from "../core/mod.ts";
import type { PluginSection } from "./manifest.ts";
import { ownFiles } from "./own_files.ts";
import { readManifest, readManifestText } from "./read_manifest.ts";
import { TestProject } from "./testing.ts";

async function refusal(manifest: string): Promise<string> {
  await using project = await TestProject.with(manifest);
  return await project.refusal(() => project.manifest());
}

/** Each manifest with the whole message that it is refused with. */
async function assertRefusals(cases: Readonly<Record<string, string>>): Promise<void> {
  for (const [manifest, message] of Object.entries(cases)) assertEquals(await refusal(manifest), message);
}

Deno.test("readManifest() reads all that a manifest can say", async () => {
  await using project = await TestProject.with(
    `# of this project
[plugins]
queue_backend = ["plugins.my_queue:MyPlugin"]
result_backend = [
  "./plugins/my_queue.ts#MyPlugin", # the same
  "nuvom:results",
]

[plugin.my-queue]
source = "./plugins/my_queue.ts"
permissions = { net = ["API.example.com:443"], read = ["./data", "/etc/hosts"], env = true, sys = [] }
isolation = "process"
memory_mb = 256
start_timeout = "30s"
call_timeout = "1.5s"
restart = { max = 3, within = "30s" }
optional = true

[plugin.my-queue.settings]
port = 9150
deep = { list = [1, "two", { three = true }] }
token = { env = "TOKEN" }
key = { file = "run/key" }
both = { env = "a", file = "b" }

[plugin.other]

[tasks]
modules = ["./tasks/**/*.ts", "jobs/add.js"]
permissions = { write = ["out"], run = ["git", "./tool.sh"], full_trust = true }
memory_mb = 512
`,
    { "plugins/my_queue.ts": "" },
  );
  const { folder } = project;
  const place = (at: string) => `.nuvom_plugins.toml:${at}`;
  assertEquals(await project.manifest(), {
    path: `${folder}/.nuvom_plugins.toml`,
    folder,
    plugins: [
      {
        specifier: "plugins.my_queue:MyPlugin",
        module: `file://${folder}/plugins/my_queue.ts`,
        exportName: "MyPlugin",
        listedUnder: ["queue_backend", "result_backend"],
        place: place("3:18"),
      },
      {
        specifier: "nuvom:results",
        module: "nuvom:results",
        exportName: null,
        listedUnder: ["result_backend"],
        place: place("6:3"),
      },
    ],
    sections: new Map<string, PluginSection>([
      ["my-queue", {
        name: "my-queue",
        source: `file://${folder}/plugins/my_queue.ts`,
        permissions: { net: ["api.example.com:443"], read: [`${folder}/data`, "/etc/hosts"], env: true },
        isolation: "process",
        memoryMb: 256,
        startTimeoutMs: 30_000,
        callTimeoutMs: 1_500,
        restart: { max: 3, withinMs: 30_000 },
        optional: true,
        settings: {
          port: { kind: "value", value: 9150, place: place("20:1") },
          deep: { kind: "value", value: { list: [1, "two", { three: true }] }, place: place("21:1") },
          token: { kind: "env", name: "TOKEN", place: place("22:1") },
          key: { kind: "file", path: `${folder}/run/key`, place: place("23:1") },
          both: { kind: "value", value: { env: "a", file: "b" }, place: place("24:1") },
        },
        place: place("9:9"),
      }],
      ["other", { name: "other", permissions: {}, optional: false, settings: {}, place: place("26:9") }],
    ]),
    tasks: {
      modules: [{ text: "./tasks/**/*.ts", place: place("29:12") }, { text: "jobs/add.js", place: place("29:31") }],
      permissions: { write: [`${folder}/out`], run: ["git", `${folder}/tool.sh`] },
      memoryMb: 512,
      place: place("28:2"),
    },
  });
});

Deno.test("readManifest() takes an empty manifest, also with a byte order mark", async () => {
  for (const text of ["", "\ufeff# nothing\n", "\ufeff[tasks]\r\nmodules = []\r\n"]) {
    await using project = await TestProject.with(text);
    const { plugins, sections, tasks } = await project.manifest();
    assertEquals([plugins, sections.size, tasks.modules, tasks.permissions], [[], 0, [], {}]);
  }
});

Deno.test("readManifest() names a manifest that can't be read, and why", async () => {
  await using project = await TestProject.with("", { "file": "" });
  const missing = "Run `nuvom init` to start a project in this folder, or name another manifest with --manifest.";
  for (const name of ["none.toml", "none/none.toml", "file/none.toml"]) {
    assertEquals(
      await project.refusal(() => readManifest(`${project.folder}/${name}`)),
      `NUVOM_MANIFEST_MISSING 3: There is no manifest /project/${name}. ${missing}`,
    );
  }
  const mend = "It must be a text file that this user may read; --manifest names another one.";
  assertEquals(
    await project.refusal(() => readManifest(project.folder)),
    `NUVOM_MANIFEST_READ 3: The manifest /project is a folder. ${mend}`,
  );
  await Deno.writeFile(project.path, new Uint8Array([0x5b, 0xff, 0xfe]));
  assertEquals(
    await project.refusal(() => project.manifest()),
    `NUVOM_MANIFEST_READ 3: The manifest /project/.nuvom_plugins.toml is not text in UTF-8. ${mend}`,
  );
  const link = `${project.folder}/loop.toml`;
  await Deno.symlink(link, link);
  assertMatch(
    await project.refusal(() => readManifest(link)),
    /^NUVOM_MANIFEST_READ 3: The manifest \/project\/loop\.toml can't be read: .+\. It must be a text file/,
  );
});

Deno.test("readManifest() says where a manifest is no TOML", async () => {
  const mend =
    "Texts stand in quotes, lists in [ ], and an inline table in { } on one line, without a comma at its end.";
  const syntax = (at: string, detail: string) =>
    `NUVOM_MANIFEST_SYNTAX 3: .nuvom_plugins.toml:${at}: this is not valid TOML: ${detail}. ${mend}`;
  await assertRefusals({
    '[plugins]\nmonitoring = ["a" "b"]\n': syntax("2:19", "array is not closed"),
    "[plugins]\nmonitoring = a\n": syntax("2:14", "cannot parse value on line 'monitoring = a'"),
    "[plugins]\nmonitoring: []\n": syntax("2:11", 'key/value pair doesn\'t have "="'),
    "[plugin.x]\nsettings = { a = 1,\n  b = 2 }\n": syntax("2:20", 'invalid token after ","'),
    '[tasks]\nmodules = ["./a.ts]\n': syntax("2:20", "single-line string cannot contain EOL"),
    "}\n": syntax("1:1", 'unexpected character: "}"'),
  });
});

Deno.test("readManifest() knows conflict markers of a merge", async () => {
  const manifest = '[tasks]\n<<<<<<< ours\nmodules = ["a.ts"]\n=======\nmodules = ["b.ts"]\n>>>>>>> theirs\n';
  assertEquals(
    await refusal(manifest),
    "NUVOM_MANIFEST_SYNTAX 3: .nuvom_plugins.toml:2:1: a merge left its conflict markers here. " +
      "Keep what is right of both sides, and delete the lines that begin with <<<<<<<, ======= and >>>>>>>.",
  );
});

Deno.test("readManifest() refuses what is written twice", async () => {
  const twice = (at: string, what: string, first: string) =>
    `NUVOM_MANIFEST_DUPLICATE 3: .nuvom_plugins.toml:${at}: ${what} is there already, at .nuvom_plugins.toml:${first}. ` +
    "Write each key once, and all of a table in one place, a table before the tables inside it.";
  await assertRefusals({
    '[tasks]\nmodules = ["a.ts"]\nmodules = ["b.ts"]\n': twice("3:1", "[tasks] modules", "2:1"),
    "[plugin.x]\n[tasks]\n[plugin.x]\noptional = true\n": twice("3:9", "[plugin.x]", "1:9"),
    "[plugin.x]\nsettings = { a = 1, a = 2 }\n": twice("2:21", "[plugin.x] settings.a", "2:14"),
    "[plugin.x.settings]\n[plugin.x]\n": twice("2:9", "[plugin.x]", "1:9"),
    '[tasks]\nmodules = ["a.ts", "a.ts"]\n':
      'NUVOM_MANIFEST_DUPLICATE 3: .nuvom_plugins.toml:2:20: [tasks] modules lists "a.ts" twice. Remove one of the two.',
  });
});

Deno.test("readManifest() refuses unknown keys at every level with the nearest name", async () => {
  const key = (at: string, rest: string) => `NUVOM_MANIFEST_KEY 3: .nuvom_plugins.toml:${at}: ${rest}`;
  await assertRefusals({
    "[plugin]\n[task]\n": key("2:2", 'the manifest has no key "task". Did you mean "tasks"?'),
    "[plugins]\nmonitering = []\n": key("2:1", '[plugins] has no key "monitering". Did you mean "monitoring"?'),
    "[plugins]\nx = []\n": key(
      "2:1",
      '[plugins] has no key "x". Known: cli, lifecycle_hook, monitoring, queue_backend, result_backend.',
    ),
    "[plugins.prometheus]\nisolation = 'worker'\n": key(
      "1:10",
      '[plugins] has no table "prometheus". What there is to say of one plugin stands in [plugin.prometheus], without an s.',
    ),
    "[plugin.x]\nsettings = {}\n'permission' = {}\n": key(
      "3:1",
      '[plugin.x] has no key "permission". Did you mean "permissions"?',
    ),
    "[plugin.x]\nweight = 3\n": key(
      "2:1",
      '[plugin.x] has no key "weight". Known: call_timeout, imports, isolation, memory_mb, optional, permissions, restart, ' +
        "settings, source, start_timeout.",
    ),
    "[plugin.x]\nrestart = { max = 3, whithin = '1s' }\n": key(
      "2:22",
      '[plugin.x] restart has no key "whithin". Did you mean "within"?',
    ),
    "[plugin.X]\n": key(
      "1:9",
      'no plugin is called "X". Names of plugins are lower case letters, digits, _ and -; use the one that the plugin ' +
        "gives itself.",
    ),
    "[tasks]\nmodule = []\n": key("2:1", '[tasks] has no key "module". Did you mean "modules"?'),
    "[plugin.x.settings]\n__proto__ = 1\n": key("2:1", 'no key can be called "__proto__". Use another name.'),
  });
});

Deno.test("readManifest() refuses wrong values with an example of a right one", async () => {
  const value = (at: string, rest: string) => `NUVOM_MANIFEST_VALUE 3: .nuvom_plugins.toml:${at}: ${rest}`;
  const plugin = (line: string, at: string, rest: string) => ({ [`[plugin.x]\n${line}\n`]: value(`2:${at}`, rest) });
  const settings = 'settings = { port = 9150, token = { env = "TOKEN" } }';
  await assertRefusals({
    "plugins = 1\n": value(
      "1:1",
      '[plugins] is a number, not a table. Write for example: plugins = { monitoring = ["nuvom:prometheus"] }',
    ),
    '[plugins]\ncli = "x"\n': value(
      "2:1",
      '[plugins] cli is a text, not a list. Write for example: cli = ["plugins.my_plugin:MyPlugin"]',
    ),
    '[plugins]\ncli = ["./a.ts", 5]\n': value(
      "2:18",
      '[plugins] cli[1] is a number, not a text. Write for example: cli = ["plugins.my_plugin:MyPlugin"]',
    ),
    '[tasks]\nmodules = [ "a.ts", " " ]\n': value(
      "2:21",
      '[tasks] modules[1] is empty. Write for example: modules = ["./tasks/**/*.ts"]',
    ),
    '[tasks]\nmodules = ["a\\u202Eb.ts"]\n': value(
      "2:12",
      '[tasks] modules[0] holds the invisible character U+202E. Write for example: modules = ["./tasks/**/*.ts"]',
    ),
    "[[tasks]]\n": value(
      "1:3",
      '[tasks] is a list, not a table. Write for example: tasks = { modules = ["./tasks/**/*.ts"] }',
    ),
    ...plugin(
      'isolation = "proces"',
      "1",
      '[plugin.x] isolation is "proces", which is none of process, worker, inline. Write for example: isolation = "process"',
    ),
    ...plugin(
      "optional = 1",
      "1",
      "[plugin.x] optional is a number, not true or false. Write for example: optional = true",
    ),
    ...plugin(
      "memory_mb = 1",
      "1",
      "[plugin.x] memory_mb is 1, not a whole number from 64 to 1048576. Write for example: memory_mb = 256",
    ),
    ...plugin(
      'memory_mb = "256"',
      "1",
      "[plugin.x] memory_mb is a text, not a number. Write for example: memory_mb = 256",
    ),
    ...plugin(
      "start_timeout = 30",
      "1",
      '[plugin.x] start_timeout is a number, not a text. Write for example: start_timeout = "30s"',
    ),
    ...plugin(
      'call_timeout = "0s"',
      "1",
      '[plugin.x] call_timeout is "0s", not a duration from 100ms to 1h. Write for example: call_timeout = "30s"',
    ),
    ...plugin(
      'call_timeout = "soon"',
      "1",
      '[plugin.x] call_timeout is "soon", not a duration from 100ms to 1h. Write for example: call_timeout = "30s"',
    ),
    ...plugin(
      "restart = 3",
      "1",
      '[plugin.x] restart is a number, not a table. Write for example: restart = { max = 5, within = "1m" }',
    ),
    ...plugin(
      "restart = { max = -1 }",
      "13",
      "[plugin.x] restart.max is -1, not a whole number from 0 to 1000. " +
        'Write for example: restart = { max = 5, within = "1m" }',
    ),
    ...plugin(
      'restart = { within = "10ms" }',
      "13",
      '[plugin.x] restart.within is "10ms", not a duration from 1s to 1d. ' +
        'Write for example: restart = { max = 5, within = "1m" }',
    ),
    "plugin.x = 1\n": value(
      "1:8",
      "[plugin.x] is a number, not a table. " +
        'Write for example: plugin.prometheus = { permissions = { net = ["127.0.0.1:9150"] } }',
    ),
    ...plugin("settings = []", "1", `[plugin.x] settings is a list, not a table. Write for example: ${settings}`),
    ...plugin(
      "settings = { a = { env = 5 } }",
      "20",
      '[plugin.x] settings.a.env is a number, not a text. Write for example: { env = "TOKEN" }',
    ),
    ...plugin(
      'settings = { a = { env = "A B" } }',
      "20",
      '[plugin.x] settings.a.env is "A B", which is no name of a variable. Write for example: { env = "TOKEN" }',
    ),
    ...plugin(
      'settings = { a = { file = "" } }',
      "20",
      '[plugin.x] settings.a.file is empty. Write for example: { file = "/run/secrets/token" }',
    ),
    ...plugin(
      "settings = { a = [2024-01-02T03:04:05Z] }",
      "19",
      "[plugin.x] settings.a[0] is a date, not a text, number, list or table. " +
        'Write for example: "2024-01-02T03:04:05.000Z"',
    ),
    ...plugin(
      "settings = { a = nan }",
      "14",
      '[plugin.x] settings.a is a number that can\'t be kept exactly. Write for example: "9007199254740993"',
    ),
    ...plugin(
      "settings = { a = 9007199254740993 }",
      "14",
      '[plugin.x] settings.a is a number that can\'t be kept exactly. Write for example: "9007199254740993"',
    ),
    ...plugin(
      "permissions = true",
      "1",
      '[plugin.x] permissions is true, not a table. Write for example: permissions = { net = ["api.example.com:443"] }',
    ),
    ...plugin(
      'permissions = { net = "*" }',
      "17",
      "[plugin.x] permissions.net is a text, not a list, or true for the whole kind. " +
        'Write for example: net = ["api.example.com:443"]',
    ),
    ...plugin(
      "permissions = { sys = false }",
      "17",
      '[plugin.x] permissions.sys is false, not a list, or true for the whole kind. Write for example: sys = ["hostname"]',
    ),
  });
});

Deno.test("readManifest() refuses a source or a specifier that means nothing, with its place", async () => {
  await assertRefusals({
    '[plugin.x]\nsource = "./a.ts#X"\n':
      'NUVOM_PLUGIN_SPECIFIER 3: .nuvom_plugins.toml:2:1: the plugin "./a.ts#X" names an export; a source is a module. ' +
      "Write it without the export.",
    '[plugins]\ncli = ["./a.ts", "../b.ts"]\n':
      'NUVOM_PLUGIN_SPECIFIER 3: .nuvom_plugins.toml:2:18: the plugin "../b.ts" lies outside of /project. ' +
      "Move or copy the file into the folder of the manifest.",
  });
});

Deno.test("readManifest() refuses permissions that Deno would not take, or drop", async () => {
  const permission = (line: string, at: string, rest: string) => ({
    [`[tasks]\npermissions = { ${line} }\n`]: `NUVOM_MANIFEST_PERMISSION 3: .nuvom_plugins.toml:2:${at}: ${rest}`,
  });
  await assertRefusals({
    ...permission("nett = true", "17", '[tasks] permissions has no kind "nett". Did you mean "net"?'),
    ...permission(
      "hrtime = true",
      "17",
      '[tasks] permissions has no kind "hrtime". Known: env, ffi, full_trust, import, net, read, run, sys, write.',
    ),
    ...permission(
      'net = ["a.example.com", "https://example.com/x"]',
      "41",
      'the net permission "https://example.com/x" is a URL, not a host. Write "example.com:443".',
    ),
    ...permission(
      'read = ["./data/*"]',
      "25",
      'the read permission "./data/*" is a pattern, which permissions do not know. Write a path that is absolute or ' +
        "relative to the manifest; a folder grants all that lies in it.",
    ),
    ...permission(
      'sys = ["hostnam"]',
      "24",
      'the sys permission "hostnam" is not known to Deno. Did you mean "hostname"?',
    ),
  });
});

/** The mistake in a grant of the task modules of `/project`. */
async function grantRefusal(grant: string): Promise<string> {
  const text = await refusal(`[tasks]\npermissions = { ${grant} }\n`);
  return text.replace("NUVOM_MANIFEST_PERMISSION 3: .nuvom_plugins.toml:2:17: ", "");
}

Deno.test("readManifest() lets nobody read or write what is nuvom's own", async () => {
  const grants = {
    "write = true": ["write = true", "write /project/.nuvom_plugins.toml"],
    'write = ["."]': ["write on /project", "write /project/.nuvom_plugins.toml"],
    'write = ["data/.."]': ["write on /project", "write /project/.nuvom_plugins.toml"],
    'write = ["/"]': ["write on /", "write /project/.nuvom_plugins.toml"],
    'write = ["./.nuvom_plugins.lock"]': [
      "write on /project/.nuvom_plugins.lock",
      "write /project/.nuvom_plugins.lock",
    ],
    'write = ["./data", ".env"]': ["write on /project/.env", "write /project/.env"],
    'write = [".nuvom/nuvom.db"]': ["write on /project/.nuvom/nuvom.db", "write /project/.nuvom"],
    'net = ["unix:.nuvom"]': ["net on /project/.nuvom", "write /project/.nuvom"],
    "read = true": ["read = true", "read /project/.nuvom_plugins.toml"],
    'read = [".env"]': ["read on /project/.env", "read /project/.env"],
    'read = ["."]': ["read on /project", "read /project/.nuvom_plugins.toml"],
  };
  for (const [grant, [item, own]] of Object.entries(grants)) {
    const says = await grantRefusal(grant);
    assert(says.startsWith(`${item} would let foreign code ${own}, `), says);
    assertStringIncludes(says, "Grant a folder that holds none of nuvom's own files, such as ");
  }
  assertStringIncludes(await grantRefusal(`write = ["${Deno.execPath()}"]`), `foreign code write ${Deno.execPath()}`);
});

Deno.test("readManifest() compares real paths: no link hides what is nuvom's own", async () => {
  const folder = await Deno.realPath(await Deno.makeTempDir({ prefix: "nuvom-test-" }));
  try {
    await Deno.mkdir(`${folder}/.nuvom`);
    await Deno.mkdir(`${folder}/elsewhere`);
    await Deno.symlink(`${folder}/.nuvom`, `${folder}/link`);
    await Deno.symlink(folder, `${folder}/elsewhere/up`);
    const path = `${folder}/.nuvom_plugins.toml`;
    for (const granted of ["link", "link/not-there/yet", "elsewhere/up", "elsewhere/up/.env"]) {
      for (const kind of ["read", "write"]) {
        const text = `[tasks]\npermissions = { ${kind} = ["./${granted}"] }\n`;
        const error = await assertRejects(() => readManifestText(path, text), NuvomError);
        assertStringIncludes(error.message, `would let foreign code ${kind} ${folder}/`);
      }
    }
    await Deno.mkdir(`${folder}/cache`);
    const own = ownFiles(path, [`${folder}/jobs.db`], `${folder}/cache`);
    await Deno.writeTextFile(path, `[tasks]\npermissions = { read = ["./cache"] }\n`);
    assertEquals((await readManifest(path, own)).tasks.permissions, { read: [`${folder}/cache`] });
    for (const grant of ['write = ["./cache/x"]', 'read = ["./jobs.db"]']) {
      await Deno.writeTextFile(path, `[tasks]\npermissions = { ${grant} }\n`);
      await assertRejects(() => readManifest(path, own), NuvomError, "would let foreign code");
    }
    // The temporary folder holds the code of all runs: written as a whole, one plugin would write another's.
    const apart = { closed: [], fixed: [], runs: `${folder}/run/tmp` };
    await Deno.writeTextFile(path, `[tasks]\npermissions = { read = ["./run"], write = ["./run/tmp/mine"] }\n`);
    await readManifest(path, apart);
    for (const granted of ["run", "run/tmp"]) {
      await Deno.writeTextFile(path, `[tasks]\npermissions = { write = ["./${granted}"] }\n`);
      await assertRejects(() => readManifest(path, apart), NuvomError, `write ${folder}/run/tmp`);
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("readManifest() takes run and ffi item by item, beside full_trust alone", async () => {
  const trust = "is full trust: with it foreign code can do whatever nuvom itself can, outside of every other grant. ";
  const cases = {
    'run = ["git"]':
      `run ${trust}Write permissions = { run = ["git"], full_trust = true } by hand where that is meant.`,
    'ffi = ["/x.so"], full_trust = false':
      `ffi ${trust}Write permissions = { ffi = ["/x.so"], full_trust = true } by hand where that is meant.`,
    "run = true, full_trust = true":
      'run = true is refused: run is full trust and is granted item by item. Write what is needed: run = ["git"], ' +
      "full_trust = true.",
    "ffi = true":
      'ffi = true is refused: ffi is full trust and is granted item by item. Write what is needed: ffi = ["./lib/fast.so"], ' +
      "full_trust = true.",
  };
  for (const [grant, says] of Object.entries(cases)) assertEquals(await grantRefusal(grant), says, grant);
});
