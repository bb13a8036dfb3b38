import type { PageName } from '../../cli/console/contract/session.ts';

export const pageTitles: Readonly<Record<PageName, string>> = {
  overview: 'Overview',
  campaigns: 'Campaigns',
  links: 'Links',
  stuck: 'Stuck work',
  alarms: 'Alarms',
  audit: 'Audit',
  emulator: 'Emulator',
};
