/** A command of the SDK, by its name and its input. */
export interface Sent {
  name: string;
  // biome-ignore lint/suspicious/noExplicitAny: a test looks into inputs of every command
  input: any;
}

/** Answers a command; throws what the service would. */
export type Answers = Record<string, (input: Sent['input']) => unknown>;

/** A client of the SDK that answers by itself, and keeps what it was sent. */
export function stubClient<Client>(answers: Answers): { client: Client; sent: Sent[] } {
  const sent: Sent[] = [];
  const send = async (command: { constructor: { name: string }; input: unknown }) => {
    const name = command.constructor.name.replace(/Command$/, '');
    sent.push({ name, input: command.input });
    const answer = answers[name];
    if (!answer) throw new Error(`${name} was sent, expected one of ${Object.keys(answers).join(', ')}`);
    return answer(command.input);
  };
  return { client: { send } as Client, sent };
}
