// A page opened from a disk may start no worker: its script then runs in a hidden frame, which answers as a worker would.
// Only the search asks for one. The theme looks for the name IFrameWorker to find its files.
if (location.protocol === "file:") {
  window.IFrameWorker = window.Worker = class IFrameWorker extends EventTarget {
    constructor(address) {
      super();
      this.onmessage = null;
      this.waiting = [];
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.append(this.frame);
      const inside = this.frame.contentWindow;
      inside.postMessage = (data) => {
        const message = new MessageEvent("message", { data });
        this.dispatchEvent(message);
        this.onmessage?.(message);
      };
      inside.importScripts = async (...addresses) => {
        for (const one of addresses) await this.load(one);
      };
      this.load(address).then(() => {
        this.ready = true;
        this.waiting.splice(0).forEach((data) => this.tell(data));
      });
    }
    load(address) {
      const inside = this.frame.contentDocument;
      return new Promise((done, failed) => {
        const script = inside.createElement("script");
        script.src = address;
        script.onload = done;
        script.onerror = failed;
        inside.body.append(script);
      });
    }
    tell(data) {
      const inside = this.frame.contentWindow;
      const message = new inside.MessageEvent("message", { data });
      inside.dispatchEvent(message);
    }
    postMessage(data) {
      if (this.ready) this.tell(data);
      else this.waiting.push(data);
    }
    terminate() {
      this.frame.remove();
    }
  };
}
