import { Users } from '../../../lib/journals/sql/index.js';

/** Tells what was really opened and closed; the first `failing` openings fail. */
function counted(failing = 0) {
  const calls: string[] = [];
  const users = new Users({
    open: async () => {
      calls.push('open');
      if (calls.length <= failing) throw new Error('no such place');
    },
    close: async () => {
      calls.push('close');
    },
  });
  return { calls, users };
}

describe('the users of a journal', () => {
  it('are none when opening failed: whoever opens it next is the only one, and closes it', async () => {
    const { calls, users } = counted(1);
    await expect(users.open()).rejects.toThrow('no such place');
    expect(users.isOpen).toBe(false);
    await users.open();
    await users.close();
    expect(users.isOpen).toBe(false);
    expect(calls).toEqual(['open', 'open', 'close']);
  });

  it('are none when it is closed while it opens in vain, and not fewer', async () => {
    const { calls, users } = counted(1);
    const opening = users.open();
    await Promise.all([expect(opening).rejects.toThrow('no such place'), users.close()]);
    await Promise.all([users.open(), users.open()]);
    await users.close();
    expect(users.isOpen).toBe(true);
    await users.close();
    expect(calls).toEqual(['open', 'open', 'close']);
  });

  it('may close more often than they opened: that takes it from no later one', async () => {
    const { calls, users } = counted();
    await users.close();
    await users.close();
    await Promise.all([users.open(), users.open()]);
    await users.close();
    expect(users.isOpen).toBe(true);
    await users.close();
    expect(calls).toEqual(['open', 'close']);
  });
});
