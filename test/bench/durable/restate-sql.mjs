/** How many workflows of a service have ended well since now, by the server's own books. */
export async function countEnded(adminUrl, service) {
  const query =
    'SELECT count(*) AS n FROM sys_invocation ' +
    `WHERE target_service_name = '${service}' AND target_handler_name = 'run' ` +
    "AND status = 'completed' AND completion_result = 'success'";
  const count = async () => {
    const answer = await fetch(`${adminUrl}/query`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify({ query }),
    });
    if (!answer.ok) throw new Error(`${answer.status} ${await answer.text()}`);
    return (await answer.json()).rows[0].n;
  };
  const before = await count();
  return async () => (await count()) - before;
}
