import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of twenty seconds and more, the longest first. Two files run at a time, and no long file should run alone at the end. */
export const longest = [
  'test/browser/console.test.ts',
  'test/faults/short-form.test.ts',
  'test/integration/scenarios/stories.test.ts',
  'test/integration/end-to-end.test.ts',
  'test/integration/other-configuration.test.ts',
  'test/integration/two-brands.test.ts',
  'test/integration/local/cloud/mapping.test.ts',
  'test/integration/recipes/recipes.test.ts',
  'test/integration/expiry.test.ts',
  'test/integration/local/weather/campaign.test.ts',
  'test/integration/local/cloud/expiry.test.ts',
  'test/integration/local/cloud/function.test.ts',
  'test/model/model.test.ts',
];

/** @returns the place of a file, beginning with 0. Files that are not in the list come last, in their own order. */
export function placeOf(file: string): number {
  const place = longest.findIndex((name) => file.endsWith(`/${name}`));
  return place === -1 ? longest.length : place;
}

export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    return usual.toSorted((one, other) => placeOf(one.moduleId) - placeOf(other.moduleId));
  }
}
