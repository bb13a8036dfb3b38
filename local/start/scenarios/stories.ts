import { featureOff } from './stories/feature-off.ts';
import { flapping } from './stories/flapping.ts';
import { outage } from './stories/outage.ts';
import { quotaExhausted } from './stories/quota-exhausted.ts';
import { tokenRevoked } from './stories/token-revoked.ts';
import type { Story } from './story.ts';

export const stories: readonly Story[] = [quotaExhausted, outage, tokenRevoked, featureOff, flapping];
