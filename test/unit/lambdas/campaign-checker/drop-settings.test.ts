import { describe, expect, test } from 'vitest';
import { dropSettings, templateOf } from '../../../../lambdas/campaign-checker/drop-settings.ts';
import type { CampaignRules } from '../../../../lambdas/domain/campaign/rules.ts';

const rules: CampaignRules = {
  producers: [
    { source: 'crm', templates: ['A1b3', 'B2c4'], lanes: ['campaign', 'transactional'] },
    { source: 'studio', templates: ['A1b3'], lanes: ['campaign'] },
  ],
  templates: {},
  policies: { templates: {}, producers: {} },
};
const spring = { source: 'crm', name: 'spring' };
const found = (settings: object | string) => ({
  text: typeof settings === 'string' ? settings : JSON.stringify(settings),
});

describe('the settings of a campaign', () => {
  test('are the defaults of its source if there are none: its first lane, and its only template', () => {
    expect(dropSettings(spring, undefined, rules)).toEqual({ settings: {}, lane: 'campaign' });
    expect(templateOf('studio', {}, rules)).toBe('A1b3');
    expect(templateOf('crm', {}, rules)).toBeUndefined();
  });

  test('choose a lane and a template of the source', () => {
    const settings = { lane: 'transactional', template: 'B2c4', approval: 'required' };
    expect(dropSettings(spring, found(settings), rules)).toEqual({ settings, lane: 'transactional' });
    expect(templateOf('crm', { template: 'B2c4' }, rules)).toBe('B2c4');
  });

  const fault = (campaign: typeof spring, settings: Parameters<typeof dropSettings>[1]) => {
    const read = dropSettings(campaign, settings, rules);
    return 'fault' in read ? [read.fault.path, read.fault.rule] : read;
  };

  test.each([
    ['of an unknown source', { source: 'shop', name: 'spring' }, undefined, ['source', 'not-allowed']],
    ['with a name that is too long', { source: 'crm', name: 'x'.repeat(49) }, undefined, ['name', 'name']],
    ['with a blank in its name', { source: 'crm', name: 'March offers' }, undefined, ['name', 'name']],
    ['whose settings are too large', spring, 'too-large' as const, ['settings', 'size']],
    ['whose settings are no JSON', spring, found('{"lane":'), ['settings', 'json']],
    ['whose settings have a setting twice', spring, found('{"lane":"a","lane":"b"}'), ['settings.lane', 'duplicate']],
    ['with an unknown setting', spring, found({ lanes: 'campaign' }), ['settings.lanes', 'unknown-field']],
    ['with a setting of another type', spring, found({ passThrough: 'yes' }), ['settings.passThrough', 'type']],
    ['with settings that are a list', spring, found([]), ['settings', 'type']],
    [
      'on another source’s lane',
      { source: 'studio', name: 'a' },
      found({ lane: 'transactional' }),
      ['settings.lane', 'not-allowed'],
    ],
    [
      'with a template of another source',
      { source: 'studio', name: 'a' },
      found({ template: 'B2c4' }),
      ['settings.template', 'not-allowed'],
    ],
  ])('refuse a campaign %s', (_words, campaign, settings, expected) => {
    expect(fault(campaign, settings)).toEqual(expected);
  });

  test.each<[unknown, string, string]>([
    [[], 'settings', 'must be one JSON object: {"template": "A1b3"}'],
    ['A1b3', 'settings', 'is not JSON (character 1): settings are one JSON object'],
    ['7', 'settings', 'must be one JSON object: {"template": "A1b3"}'],
    [{ template: 7 }, 'settings.template', 'must be text'],
    [{ columns: [] }, 'settings.columns', 'must be an object, not an array'],
    [{ columns: { Shop: 7 } }, 'settings.columns.Shop', 'must be text'],
    [{ columns: { '': 'data.c' } }, 'settings.columns.', 'must not be empty'],
    [{ passThrough: 'yes' }, 'settings.passThrough', 'must be true or false, not text in quotes'],
    [{ approval: 'yes' }, 'settings.approval', 'must be one of: automatic, required'],
    [{ key: '' }, 'settings.key', 'must not be empty'],
  ])('name the fault of %j in words for people', (settings, path, message) => {
    expect(dropSettings(spring, found(settings as object), rules)).toMatchObject({ fault: { path, message } });
  });

  test('refuse a name that the rejected rows of another campaign have', () => {
    expect(dropSettings({ source: 'crm', name: 'spring-rejected' }, undefined, rules)).toMatchObject({
      fault: { path: 'name', message: expect.stringContaining('must not end in -rejected') },
    });
  });

  test('say what may be chosen instead', () => {
    expect(dropSettings({ source: 'studio', name: 'a' }, found({ lane: 'fast' }), rules)).toMatchObject({
      fault: { message: 'is not a lane of this source: campaign' },
    });
  });
});
