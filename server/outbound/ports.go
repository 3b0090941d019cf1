package outbound

import "slices"

// neverPorts are ports of services that are not a target of any protocol that this program speaks: remote shells, file
// sharing, name services, the control of a machine or a cluster. They are refused for allowed addresses as well.
var neverPorts = []uint16{
	0, 1, 7, 9, 11, 13, 15, 17, 19, // unset, and the old diagnostic services: echo, discard, chargen, …
	20, 21, 22, 23, 37, 53, 69, 79, // FTP, SSH, Telnet, time, DNS, TFTP, finger
	111, 123, 135, 137, 138, 139, 161, 162, 179, // portmapper, NTP, Windows RPC and NetBIOS, SNMP, BGP
	389, 445, 512, 513, 514, 515, 548, 554, 636, // LDAP, SMB, r-services, syslog, printers, AFP, RTSP
	873, 2049, 2375, 2376, 2379, 2380, 3389, 5900, // rsync, NFS, Docker, etcd, RDP, VNC
	6000, 10250, 10255, // X11, kubelet
}

// otherPorts are ports of protocols other than HTTP. No HTTP request is sent to them, because servers of text protocols
// would execute its lines as commands. DialContext may connect to them.
var otherPorts = []uint16{
	25, 110, 119, 143, 465, 587, 993, 995, 2525, // mail and news
	1433, 1521, 3306, 5432, 6379, 6380, 9042, 11211, 27017, // databases and caches
	4222, 5671, 5672, 1883, 8883, 9092, 61613, // NATS, AMQP, MQTT, Kafka, STOMP
	5060, 5061, 6665, 6666, 6667, 6668, 6669, 6697, // SIP, IRC
}

// portRefused reports whether a port may not be dialled, or, if http is set, not for an HTTP request.
func portRefused(port uint16, http bool) bool {
	return slices.Contains(neverPorts, port) || http && slices.Contains(otherPorts, port)
}
