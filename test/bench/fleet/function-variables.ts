import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

interface Template {
  Resources?: Record<string, { Type: string; Properties?: { Environment?: { Variables?: Record<string, unknown> } } }>;
}

/**
 * The variables of the app's functions, by logical ID, as the template sets them. What only a deployment knows, such as a table's
 * name, has a stand-in: nothing in memory has an address.
 *
 * @param assembly the folder of the synthesised app
 */
export async function functionVariables(assembly: string): Promise<Map<string, Record<string, string>>> {
  const found = new Map<string, Record<string, string>>();
  for (const name of await readdir(assembly)) {
    if (!name.endsWith('.template.json')) continue;
    const { Resources = {} } = JSON.parse(await readFile(join(assembly, name), 'utf8')) as Template;
    for (const [logicalId, { Type, Properties }] of Object.entries(Resources)) {
      if (Type !== 'AWS::Lambda::Function') continue;
      const variables = Object.entries(Properties?.Environment?.Variables ?? {});
      found.set(logicalId, Object.fromEntries(variables.map(([key, value]) => [key, textOf(key, value)])));
    }
  }
  return found;
}

function textOf(name: string, value: unknown): string {
  if (typeof value === 'string') return value;
  return name.endsWith('_URL') ? 'http://127.0.0.1:1/in-memory' : 'in-memory';
}
