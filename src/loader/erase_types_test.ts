import { assertEquals, assertNotEquals } from "@std/assert";
import { parse } from "acorn";
import { eraseTypes } from "./erase_types.ts";
import { transform } from "./transpile.ts";

/** TypeScript of which only types have to go. */
const ERASED: readonly string[] = [
  "const a: number = 1, b: string[] = [], { c, d }: { c?: 1; d: 2 } = e;",
  "let a!: number, b: (x: A) => b is C, c: typeof import('x'), d: `a${string}`;",
  "function f<T extends A = B>(this: T, a?: T, ...b: T[]): asserts a is T {}",
  "function f(this: A) {} function g({ a }: B = {}, [b]: C = []): void {}",
  "function f(a: A): void; function f(a: B): void; function f(a: any) {}",
  "export function f(): void; export function f(a?: any) {}",
  "export default function f(): void; export default function f(a?: any) {}",
  "const f = <T,>(a: T): T => a, g = async <T>(a?: T): Promise<T> => a!, h = (a: A, b = 1 as B) => {};",
  "f<A>(1); new F<A>(1); g<A>`x`; a?.<B>(1); const h = f<A>; class G extends (h as any)<A> {}",
  "const a = b as const, c = d as unknown as E, g = (h satisfies I) || (j as K), l = [m!, n![0]!.o!, p!()];",
  "(a as any) = 1; (b!)++; c! += 1; for (const d of e as any) ; for (let f = 0 as number; f < 1; f++) ;",
  "a?.b!.c; (a?.b)!.c; (a?.b as any).c; delete a!.b; typeof (a as B); await (a as B); -((a as any) ** 2);",
  "interface A { a: 1 } type B<T> = T extends infer U ? U : never; declare const c: 1; export type { A, B };",
  "declare module 'x' { const a: 1 } declare global { interface B {} } declare function f(): void; declare let g: 1;",
  "declare class A { b(): void } declare enum C { d } declare namespace E { const f: 1 } export declare const h: 1;",
  "export interface A {} export type B = 1; export default interface C {}",
  "export { type A, b, type C } from 'x'; export type * from 'y'; export * as d from 'z'; export { type E } from 'w';",
  "abstract class A<T> extends B<T> implements C, D<T> { abstract e: 1; abstract f(): void; [key: string]: any }",
  "class A { private a?: 1; protected readonly b = 2; declare d: 4; public e!: 5; 'f'?: 6; [g]!: 7 }",
  "class A { constructor(); constructor(a?: 1) {} private async *b?(): any {} public get c(): 1 { return 1 } m<T>(): T {} }",
  "class A { private static async a(): Promise<void> {} public static b = 1; readonly c = <T>(d: T): T => d; #e?: 1 }",
  "export default abstract class A { private readonly = 1; public static = 2; declare = 3; abstract() {} }",
  "try {} catch (e: unknown) {} try {} catch { }",
  "import type A from 'a'; import type { B } from 'b'; import type * as C from 'c'; import 'd'; import {} from 'e';",
  "import { a, type B, c } from 'x'; a(c);",
  "import a, { B } from 'x'; a(); let b: B;",
  "import A, { b } from 'x'; b(); let a: A;",
  "import A, * as b from 'x'; b.c(); let a: A;",
  "import { A, b, C, } from 'x'; b(); let a: A, c: typeof C;",
  "import { A, B, C } from 'x'; class D extends A<B> implements C {}",
  "import { a, b, c, d, e } from 'x'; x.a; ({ b: 1 }); class Q { c = 1; d() {} } e: for (;;) break e;",
  "import { a } from 'x'; ({ a });",
  "import { a } from 'x'; x[a]; ({ [a]: 1 });",
  "import { a } from 'x'; export { a as b };",
  "import { a, b as c } from 'x'; export default c;",
  "import { a } from 'x'; export { a } from 'y';",
  "import { A } from 'x'; export type { A }; interface B<C> { a: A }",
  "import a from './a.json' with { type: 'json' }; import b from './b.json' with { type: 'json' }; a;",
  "import { a } from 'x'; import(a); import.meta.url;",
  "import { a } from 'x'; const b = (c = a, { d = a }, [e = a]) => a;",
  "const x = 1; type x = 1; export { x };",
  "const a = { b: 1, c(d: number): void {}, get e(): 1 { return 1 }, async *f<T>(): any {}, g: <T>(h: T) => h };",
  "const type = 1, declare = 2, namespace = 3, abstract = 4, as = 5, satisfies = 6, is = 7; type + declare;",
  "const a = b ? (c) : d; const e = b ? (g): d => g : f; const h = b ? (c, d) : (i) => f;",
  "a < b > c; f(a < b, c > d); a < b || c > d; a << b >> c >>> d; if (a < b && c > (d)) ;",
  'const a = /<A>/.test(b as string) ? `<A>${c as D}` : "as any"; // as B',
  "const a = 'ä😀', b: /* ü😀 */ A = 1; c(); // ö",
  "label: for (const a of b as C[]) continue label;",
  "export const a = (b: B): b is C => true; export async function* d(): AsyncIterable<E> { yield* f as G }",
  "class A extends B { static override c: 3; override d(): void {} protected override readonly e = 4 }",
];

/** TypeScript that says more than types, and what only the transpiler can say of what is wrong. */
const LEFT: readonly string[] = [
  "enum A { b }",
  "const enum A { b }",
  "namespace A { export const b = 1 }",
  "class A { constructor(private b: 1) {} }",
  "class A { accessor b = 1 }",
  "@a class B {}",
  "class A { @b c() {} }",
  "import a = require('a');",
  "import A = B.C;",
  "export = 1;",
  "const a = <A>b;",
  "interface A {} export { A };",
  "interface A {} export default A;",
  "import type { A } from 'x'; export { A };",
  "import type A from 'x'; export default A;",
  "import { A } from 'x'; function f(A: 1) { return A }",
  "import { A } from 'x'; { const [{ b: A = 1 }] = c; A }",
  "import { A } from 'x'; try {} catch (A) { A }",
  "import { A } from 'x'; (class A { static b = A });",
  "import { A } from 'x'; type A = 1; A;",
  "import { A } from 'x'; declare const A: 1; A();",
  "const a = ;",
  "const a = <div>1</div>;",
  "with (a) b;",
];

/** Where what is left would be another program, were it only blanked: it must be as the transpiler says or left to it. */
const TRAPS: readonly string[] = [
  "export {} from './b.ts'",
  "const a = b\ninterface C {}\n(d)",
  "const a = b\ntype C = 1\n[d]",
  "const a = b as C\n(d)",
  "const a = b as C\n[d] = e",
  "let a = b!\n(c)",
  "a as B\n`c`",
  "a satisfies B\n/c/g",
  "f<A>\n(b)",
  "f<A>\n/import('x')/g",
  "const a = f<A>\n`b`",
  "let a: B\n(c)",
  "let a: B\n[c] = d",
  "var a\ndeclare const b: 1\n(c)",
  "function f() { return <T>(\na: T) => a }",
  "function f() { return <\nT>(a: T) => a }",
  "function f() { throw <\nT>(a: T) => a }",
  "const f = async <\nT>(a: T) => a",
  "const f = async <T>\n(a: T) => a",
  "const f = (a: 1)\n: 2 => a",
  "const f = (a: 1): {\nb: 2 } => a",
  "const f = (a: 1): A |\nB => a",
  "class A { a = 1\nprivate ['b'] = 2 }",
  "class A { a\npublic *b() {} }",
  "class A { a = b\ndeclare c: 1\n['d'] = 2 }",
  "class A { a = b\n[key: string]: any\n*c() {} }",
  "class A { get\nprivate b() {} }",
  "class A { static\nreadonly a = 1 }",
  "class A { get: B\nc() {} }",
  "class A { static: B\nc = 1 }",
  "class A { a!: B\n['c'] }",
  "type\nFoo = {}",
  "var abstract: any; abstract\nclass A {}",
  "var interface_: any; type\nA\n= 1",
  "var type: any, A: any; type\n(A)",
  "a < b > (c)",
  "f(a < b, c > (d))",
  "a < b > import('x')",
  "if (a) type B = 1",
  "a ? (b) : c => d",
  "a ? (b): c => d : e",
  "a ? async (b): Promise<c> => d : e",
  "a as any as B < c",
  "(a, b as C)",
  "new (a as B)()",
  "new (a!())",
  "new a!()",
  "(() => {}) as A\n;[b]",
  "a! = b!",
  "() => ({} as A)",
  "() => <A>{ b: 1 }",
  "'use strict' as A",
  "for (const a of (<any>b)) ;",
  "let a = b as\nC",
  "let a = b as /* as */ C, d = e /* as */ as C",
  "class A /* implements */ implements B {}",
  "class A implements // implements\nB {}",
  "import { /* A, */ type A, b } from 'x'; b",
  "import a /* , */, { type B } from 'x'; a",
  "import A /* , */, { b } from 'x'; b",
  "import { type as as } from 'x'; as; type",
  "import { type } from 'x'; type",
  "import { type as } from 'x'; as",
  "import { type as as as } from 'x'; as",
  "import type, { a } from 'x'; type(a)",
  "import type from 'x'; type",
  "export { type as as } from 'x'",
  "var \\u0061: B = 1",
  "function f(\\u0061?: B) {}",
  "function f(this: A, ) {}",
  "function f(this: A, /* b */ c: D) {}",
  "let a: B = <!-- c\nd",
  "#!/usr/bin/env x\nlet a: B = 1",
];

/** JavaScript, because no line break may follow the word; the transpiler takes it for TypeScript, but `tsc` does not. */
const NOT_TYPES: readonly string[] = [
  "class A { readonly\na = 1 }",
  "var declare; declare\nconst a = 1",
  "var namespace, a; namespace\na\n{}",
];

for (const snippet of ERASED) {
  Deno.test(`eraseTypes() erases in place ${JSON.stringify(snippet)}`, async () => {
    const erased = eraseTypes(snippet);
    assertNotEquals(erased, null);
    assertEquals(program(erased!.code), await transformed(snippet));
    assertEquals(erased!.code.length, snippet.length);
  });
}

for (const snippet of LEFT) {
  Deno.test(`eraseTypes() leaves to the transpiler ${JSON.stringify(snippet)}`, () => {
    assertEquals(eraseTypes(snippet), null);
  });
}

for (const snippet of TRAPS) {
  Deno.test(`eraseTypes() does not change the meaning of ${JSON.stringify(snippet)}`, async () => {
    const erased = eraseTypes(snippet);
    if (erased !== null) assertEquals(program(erased.code), await transformed(snippet), erased.code);
  });
}

for (const snippet of NOT_TYPES) {
  Deno.test(`eraseTypes() changes nothing of ${JSON.stringify(snippet)}`, () => {
    assertEquals(eraseTypes(snippet)?.code, snippet);
  });
}

Deno.test("eraseTypes() gives up on what its parser would try for hours", () => {
  const shapes = [["<A>(", ")"], ["a < b<({ a = ", "}) => 1>(c)"], ["a < (({ a = ", "}) => 1)"]] as const;
  for (const [start, end] of shapes) {
    assertEquals(eraseTypes(`const a: A = ${start.repeat(40)}1${end.repeat(40)}`), null);
  }
});

Deno.test("eraseTypes() keeps line breaks of every kind, and gives the tree of what it gives", () => {
  const { code, root } = eraseTypes("type A = {\r\n  b: 1;\u2028  c: 2\n}\nexport const d: A = e;")!;
  assertEquals(code, `${" ".repeat(10)}\r\n${" ".repeat(7)}\u2028${" ".repeat(6)}\n \nexport const d    = e;`);
  assertEquals(JSON.stringify(root), JSON.stringify(parse(code, { ecmaVersion: "latest", sourceType: "module" })));
});

async function transformed(source: string): Promise<unknown> {
  return program((await transform("file:///p/x.ts", source)).code);
}

/** The tree without its places and the marks that the transpiler sets that something is a module. */
function program(code: string): unknown {
  const { body } = parse(code, { ecmaVersion: "latest", sourceType: "module" });
  return JSON.parse(JSON.stringify(body.filter((each) => !isEmpty(each)), (key, value) => {
    if (["start", "end", "raw"].includes(key)) return undefined;
    return typeof value === "bigint" || value instanceof RegExp ? String(value) : value;
  }));
}

function isEmpty(node: ReturnType<typeof parse>["body"][number]): boolean {
  return node.type === "EmptyStatement" ||
    node.type === "ExportNamedDeclaration" && !node.source && !node.declaration && node.specifiers.length === 0;
}
