import { afterAll, beforeAll, describe } from 'vitest';
import { crmDispatchStory } from './crm-dispatch.ts';
import { fromBulkPageStory } from './from-bulk-page.ts';
import { moveLinkStory } from './move-link.ts';
import { printedCodeStory } from './printed-code.ts';
import { type RecipeRun, recipeRun } from './recipe-run.ts';
import { referralLinkStory } from './referral-link.ts';
import { tvSessionStory } from './tv-session.ts';

let run: RecipeRun;
beforeAll(async () => {
  run = await recipeRun();
}, 180_000);
afterAll(() => run?.stop());

describe('docs/recipes/tv-session.md', () => tvSessionStory(() => run));
describe('docs/recipes/crm-dispatch.md', () => crmDispatchStory(() => run));
describe('docs/recipes/printed-code.md', () => printedCodeStory(() => run));
describe('docs/recipes/referral-link.md', () => referralLinkStory(() => run));
describe('docs/recipes/move-link.md', () => moveLinkStory(() => run));
describe('docs/recipes/from-bulk-page.md', () => fromBulkPageStory(() => run));
