// The line to tajsim: sends the latest state, at most one every so often, and comes back after a loss.

const EVERY = 40, AGAIN = 1000;

export class Line {
  // heard(message): of the latest state; told(how): "yes", "lost", "full", or "shut" where
  // there is a server that does not let us in.
  constructor(heard, told) {
    this.heard = heard;
    this.told = told;
    this.number = 0;
    this.query = null;
    this.waiting = null;
    this.last = -EVERY;
    this.connect();
  }

  connect() {
    const address = new URL("live", location.href);
    address.protocol = "ws:";
    address.search = "";
    this.socket = new WebSocket(address);
    this.socket.onopen = () => { this.told("yes"); this.now(); };
    this.socket.onmessage = (event) => {
      const message = JSON.parse(event.data);
      if (message.number === this.number || message.number === 0) this.heard(message);
    };
    this.socket.onclose = async (event) => {
      const full = event.code === 1013;
      this.told(full ? "full" : await this.shut() ? "shut" : "lost");
      setTimeout(() => this.connect(), full ? 10 * AGAIN : AGAIN);
    };
  }

  // A server that was started anew has another token, and answers, but not us.
  async shut() {
    try {
      return (await fetch("hello")).status === 403;
    } catch {
      return false;
    }
  }

  send(query) {
    this.query = query;
    this.number += 1;
    const rest = this.last + EVERY - performance.now();
    if (rest <= 0) this.now(); else this.waiting ??= setTimeout(() => this.now(), rest);
  }

  now() {
    clearTimeout(this.waiting);
    this.waiting = null;
    if (this.socket.readyState === WebSocket.OPEN && this.query !== null) {
      this.last = performance.now();
      this.socket.send(JSON.stringify({ number: this.number, query: this.query }));
    }
  }
}
