// Package command is the way out to devices: what an operator wants one to do goes
// to its MQTT topic, and what it answers becomes the command's state.
//
// # Promises
//
// A command is written durably before it is sent, and any node can tell of it. It
// goes out once, to suhe/v1/devices/{id}/commands with QoS 1, to which only that
// device may subscribe; a device may see it twice and knows it by its id. After
// its timeout, and the second that the broker may take to notice, nobody gets it
// any more, however long a device was away; it says itself when it ends. Its state
// only goes forward:
//
//	sent           on its way
//	undeliverable  no device is there to get it; one that answers all the same is believed
//	accepted       the device has it and works on it
//	done, failed   the device is through
//	refused        the device does not do it
//	timeout        none of done, failed and refused came in time
//
// A device answers on suhe/v1/devices/{id}/acks. What comes after the timeout
// changes the detail and not the state. An answer may come twice or late; the
// first word that ends a command counts.
//
// What a device can be told, and with what arguments, is data: commands.json.
package command
