import { describe, expect, test } from 'vitest';
import { inZone } from '../../../../stack/strict-stage.ts';
import { briefly, found } from '../../../../world/preflight-world.ts';

describe('alarms', () => {
  const topic = 'arn:aws:sns:eu-central-1:111122223333:on-call';
  const check = async (attributes: Record<string, string>) => {
    const configuration = inZone({});
    if (configuration.stages.production) configuration.stages.production.alarms = { pageTopicArn: topic };
    const entries = Object.entries(attributes).map(
      ([key, value]) => `<entry><key>${key}</key><value>${value}</value></entry>`,
    );
    const GetTopicAttributes = { xml: `<Attributes>${entries.join('')}</Attributes>` };
    return briefly(await found({ GetTopicAttributes }, configuration), 'alarms, page')[0];
  };

  test.each([
    [{ SubscriptionsConfirmed: '2', SubscriptionsPending: '0' }, 'ok', '2 confirmed subscriptions'],
    [{ SubscriptionsConfirmed: '0', SubscriptionsPending: '1' }, 'warning', '1 subscription pending, none confirmed'],
    [{ SubscriptionsConfirmed: '0', SubscriptionsPending: '0' }, 'warning', 'reaches nobody: no subscription'],
    [{ SubscriptionsConfirmed: '2', KmsMasterKeyId: 'alias/aws/sns' }, 'failed', 'its alarms would be silent'],
  ])('by a topic with %j: %s', async (attributes, result, words) => {
    const [given, text] = (await check(attributes)) ?? [];
    expect(given).toBe(result);
    expect(text).toContain(words);
  });
});
