import { tokenRevoked } from './stories/token-revoked.ts';
import type { Story } from './story.ts';

export const stories: readonly Story[] = [tokenRevoked];
