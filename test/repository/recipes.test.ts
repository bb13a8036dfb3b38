import { globSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, test } from 'vitest';

const root = new URL('../../', import.meta.url);
const textOf = (file: string) => readFileSync(new URL(file, root), 'utf8');
const namesOf = (pattern: string) => globSync(pattern, { cwd: root }).map((file) => basename(file, '.ts'));

const pages = namesOf('docs/recipes/*.md').filter((name) => name !== 'README.md');
const examples = namesOf('examples/recipes/*.ts').filter((name) => name !== 'configuration');
/** The page about an account, not about a link on its way to a customer. */
const withoutCode = ['before-the-first-call.md'];

describe('docs/recipes', () => {
  test.each(examples)('shows the code of examples/recipes/%s.ts as a service would import it', (name) => {
    const code = textOf(`examples/recipes/${name}.ts`).replace("'../../client/index.ts'", "'onelink-pipeline/client'");
    expect(textOf(`docs/recipes/${name}.md`)).toContain(`\n\`\`\`ts\n${code}\`\`\`\n`);
  });

  test.each(pages.filter((page) => !withoutCode.includes(page)))(
    '%s leads from the customer to the failures',
    (page) => {
      const headings = [...textOf(`docs/recipes/${page}`).matchAll(/^## (.*)$/gm)].map(([, heading]) => heading);
      expect(headings).toEqual([
        'What the customer sees',
        'Who calls whom',
        'The code',
        'When it ends',
        'What it costs',
        'What goes wrong',
      ]);
    },
  );

  test('from-bulk-page.md shows the settings of its example', () => {
    const settings = textOf('examples/recipes/bulk-page.campaign.json');
    expect(textOf('docs/recipes/from-bulk-page.md')).toContain(`\n\`\`\`json\n${settings}\`\`\`\n`);
  });

  test('its first page lists every recipe, and no other', () => {
    const linked = [...textOf('docs/recipes/README.md').matchAll(/^\| \[[^\]]+\]\(([a-z0-9-]+\.md)\)/gm)];
    expect(linked.map(([, page]) => page).sort()).toEqual(pages.sort());
  });
});
