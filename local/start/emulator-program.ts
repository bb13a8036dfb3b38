/** Program: the OneLink API emulator, for the run that started it and no longer. Its settings are its only argument, as JSON. */
import { startOneLinkApi } from '../onelink-api/server.ts';

process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole process group, and the run still wants to ask for the emulator's counts.
process.on('SIGINT', () => {});

const { origin, baseUrl } = await startOneLinkApi({ settings: JSON.parse(process.argv[2] ?? '{}') });
process.send?.({ origin, baseUrl });
