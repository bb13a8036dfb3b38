/**
 * Program: the OneLink API emulator. It ends with the run that started it. Its only argument is its settings as JSON.
 */
import { startOneLinkApi } from '../onelink-api/server.ts';

process.on('disconnect', () => process.exit());
// Ctrl-C reaches the whole process group, but the run still needs the emulator's statistics.
process.on('SIGINT', () => {});

const { origin, baseUrl } = await startOneLinkApi({ settings: JSON.parse(process.argv[2] ?? '{}') });
process.send?.({ origin, baseUrl });
