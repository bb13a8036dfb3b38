/** The lanes with a mapping that is switched off. */
export async function lanesOff(
  lanes: readonly { name: string; mappings: readonly string[] }[],
  mappings: { state(id: string): Promise<'on' | 'off' | 'changing'> },
): Promise<string[]> {
  const off: string[] = [];
  for (const { name, mappings: ids } of lanes) {
    const states = await Promise.all(ids.map((id) => mappings.state(id)));
    if (states.includes('off')) off.push(name);
  }
  return off;
}
