import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EmulatorControl, rehearsals } from '../../../../cli/console/emulator.ts';
import { type OneLinkApi, startOneLinkApi } from '../../../../local/onelink-api/server.ts';

let api: OneLinkApi;
let control: EmulatorControl;
beforeEach(async () => {
  api = await startOneLinkApi({ port: 0 });
  control = new EmulatorControl(api.baseUrl);
});
afterEach(() => api.close());

const well = { faults: [], callsPerSecond: 1_000, quotaUsed: 0, monthlyQuota: 7_500_000 };

describe('a rehearsal', () => {
  it.each(rehearsals.map(({ name }) => name))('begins, and ends without a trace: %s', async (name) => {
    await control.rehearse(name);
    const during = await control.state(1);
    await control.recover();
    const after = await control.state(2);

    expect(during).not.toMatchObject(well);
    expect(after).toMatchObject(well);
  });

  it('that begins twice still ends with the usual rate', async () => {
    await control.rehearse('rate-refused');
    await control.rehearse('rate-refused');
    await control.recover();

    expect((await control.state(1)).callsPerSecond).toBe(1_000);
  });

  it('that nobody knows is refused', async () => {
    await expect(control.rehearse('surprise')).rejects.toThrow('There is no such rehearsal.');
  });
});

describe('the emulator', () => {
  it('moves its clock, and shows what it has', async () => {
    const before = await control.state(1);

    await control.advance(86_400);

    const { now } = await control.state(2);
    expect(now - before.now).toBeGreaterThanOrEqual(86_400_000);
    expect(now - before.now).toBeLessThan(86_460_000);
  });

  it('refuses in words what it does not know', async () => {
    await expect(control.addFaults({ kind: 'surprise', operation: 'any' })).rejects.toThrow(/^The emulator refuses it/);
    await expect(control.settings({ quotaRemaining: 9_000_000 })).rejects.toThrow('must not exceed the quota');
  });

  it('that has ended is out of reach, and the page names what to do', async () => {
    const gone = new EmulatorControl('http://127.0.0.1:1/api');

    await expect(gone.state(1)).rejects.toMatchObject({
      problem: { code: 'unavailable', do: ['npm start -- --keep'] },
    });
  });
});
