import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { config as sample } from '../../../../examples/configuration.ts';
import { runConfiguration } from '../../../../local/start/run-configuration.ts';
import { config as other } from '../../../world/other-configuration.ts';
import { testFolder } from '../../../world/test-folder.ts';

const at = testFolder();

async function fileOf(name: string, text: string): Promise<string> {
  const file = at(name);
  await writeFile(file, text);
  return file;
}

test('a run uses the sample configuration by default', async () => {
  expect((await runConfiguration()).configuration).toEqual(sample);
});

test('a run uses the configuration of --config', async () => {
  const file = join(import.meta.dirname, '../../../world/other-configuration.ts');
  expect(await runConfiguration(file)).toEqual({ configuration: other, file });
});

test('the error for a missing or broken configuration names its file', async () => {
  await expect(runConfiguration('nofile.ts')).rejects.toThrow(
    '--config: nofile.ts cannot be read: there is no such file.',
  );
  const none = await fileOf('none.mjs', 'export const settings = {};');
  await expect(runConfiguration(none)).rejects.toThrow(`(${none}) cannot work:\n  it exports no \`config\``);
  const broken = await fileOf('broken.mjs', 'export const config = ;');
  await expect(runConfiguration(broken)).rejects.toThrow(`(${broken}) cannot work:\n  it cannot be loaded`);
});

test('the error for an invalid configuration names its file and its faults', async () => {
  const file = await fileOf('faulty.mjs', `export const config = ${JSON.stringify({ ...other, accounts: {} })};`);
  await expect(runConfiguration(file)).rejects.toThrow(`The configuration (${file}) cannot work:\n`);
});
