/** The process warnings of a test, which go nowhere else. */
export function warningsOfEachTest(): { readonly messages: string[] } {
  const holder: { messages: string[] } = { messages: [] };
  beforeEach(() => {
    holder.messages = [];
    jest.spyOn(process, 'emitWarning').mockImplementation((message) => void holder.messages.push(String(message)));
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });
  return holder;
}
