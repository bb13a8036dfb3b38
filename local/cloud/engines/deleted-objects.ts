/** The objects that the body of a DeleteObjects names. */
export function objectsIn(body: string): { key: string; id: string | undefined }[] {
  return [...body.matchAll(/<Object>([\s\S]*?)<\/Object>/g)].map(([, content = '']) => {
    const [, key = ''] = /<Key>([\s\S]*?)<\/Key>/.exec(content) ?? [];
    const [, id] = /<VersionId>([\s\S]*?)<\/VersionId>/.exec(content) ?? [];
    return { key: unescaped(key), id: id === undefined ? undefined : unescaped(id) };
  });
}

const entities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(?:#(x?)([0-9a-fA-F]+)|(\w+));/g, (whole, hex: string, code?: string, name?: string) =>
    code === undefined ? (entities[name ?? ''] ?? whole) : String.fromCodePoint(Number.parseInt(code, hex ? 16 : 10)),
  );
}
